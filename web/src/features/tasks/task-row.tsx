import { Link, type LinkProps } from '@tanstack/react-router';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import type { TaskSummary } from '@/api/gen';
import { choose } from './chooser';
import { StatusIcon, TaskChips } from './task-chips';
import { isClosed, STATUSES } from './words';

type TaskRowProps = {
  task: TaskSummary;
  /** Where its title leads. */
  link: LinkProps;
  /** Whether its status is the reader's to change. */
  may: boolean;
  /** Drawn as the one that is meant. */
  marked?: boolean;
  before?: ReactNode;
  after?: ReactNode;
};

/** A task as a row: opened by its title, which all of the row stands for, and moved by its status. */
export function TaskRow({ task, link, may, marked, before, after }: TaskRowProps) {
  const { word } = STATUSES[task.status];
  return (
    <li
      data-task={task.id}
      className={clsx(
        'relative flex min-h-10 items-center gap-2.5 border-line border-b px-4 last:border-0 hover:bg-raise/60 md:px-[1.125rem]',
        marked && 'bg-raise',
      )}
    >
      {before}
      {may ? (
        <button
          type="button"
          aria-label={`Status of ${task.key}: ${word}`}
          aria-haspopup="menu"
          data-tip={word}
          onClick={(event) => choose({ tasks: [task], part: 'status', anchor: event.currentTarget })}
          className="z-1 -m-1 grid size-6 shrink-0 place-items-center rounded-tag hover:bg-line pointer-coarse:size-8"
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
          {...link}
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
      {after}
    </li>
  );
}
