import { Link } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { memo } from 'react';
import type { TaskSummary } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { Check } from '@/components/ui/check';
import { choose } from './chooser';
import { StatusIcon, TaskChips } from './task-chips';
import { isClosed, STATUSES } from './words';

type ListRowProps = {
  task: TaskSummary;
  chosen: boolean;
  open: boolean;
  may: boolean;
  onChoose: (id: string, on: boolean, range: boolean) => void;
};

/** A task in a list: chosen by its box, opened by its title, moved by its status. */
export const ListRow = memo(function ListRow({ task, chosen, open, may, onChoose }: ListRowProps) {
  const { word } = STATUSES[task.status];
  return (
    <li
      data-task={task.id}
      className={clsx(
        'relative flex min-h-10 items-center gap-2.5 border-line border-b px-4 last:border-0 hover:bg-raise/60 md:px-[1.125rem]',
        (chosen || open) && 'bg-raise',
      )}
    >
      {may && (
        <Check
          label={`Choose ${task.key}`}
          checked={chosen}
          onChange={(on, range) => onChoose(task.id, on, range)}
          className="z-1"
        />
      )}
      {may ? (
        <button
          type="button"
          aria-label={`Status of ${task.key}: ${word}`}
          aria-haspopup="menu"
          data-tip={word}
          onClick={(event) => choose({ tasks: [task], part: 'status', anchor: event.currentTarget })}
          className="z-1 -m-1 grid size-6 shrink-0 place-items-center rounded-tag hover:bg-line"
        >
          <StatusIcon status={task.status} />
        </button>
      ) : (
        <span data-tip={word} className="relative">
          <StatusIcon status={task.status} />
          <span className="sr-only">{word}</span>
        </span>
      )}
      <span className="w-14 shrink-0 truncate font-mono text-2xs text-faint max-sm:hidden">{task.key}</span>
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2.5 gap-y-1 py-1.5">
        <Link
          to="."
          search={(now) => ({ ...now, peek: task.id })}
          data-row-link
          className={clsx(
            'min-w-0 max-w-full truncate font-[520] outline-none after:absolute after:inset-0 focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-ink',
            isClosed(task.status) && 'text-mute',
          )}
        >
          {task.title}
        </Link>
        <span className="flex min-w-0 flex-wrap gap-1">
          <TaskChips task={task} />
        </span>
      </div>
      {task.assignee && (
        <span data-tip={task.assignee.name} className="relative flex">
          <Person id={task.assignee.id} name={task.assignee.name} size={20} />
          <span className="sr-only">Assigned to {task.assignee.name}</span>
        </span>
      )}
      <Ago at={task.updated_at} className="relative w-20 shrink-0 text-right text-mute text-xs max-md:hidden" />
    </li>
  );
});
