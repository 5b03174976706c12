import { Link } from '@tanstack/react-router';
import type { TaskSummary } from '@/api/gen';
import { choose } from './chooser';
import { StatusIcon, TaskChips } from './task-chips';
import { STATUSES } from './words';

type TaskLineProps = {
  task: TaskSummary;
  /** Say of which project it is. */
  project?: boolean;
  /** Why its status is not the reader's to change. */
  denied?: string | undefined;
};

/** A task as a line of a page that is about more than tasks; its title leads to its own. */
export function TaskLine({ task, project = false, denied }: TaskLineProps) {
  const { word } = STATUSES[task.status];
  return (
    <li
      data-task={task.id}
      className="relative flex min-h-10 items-center gap-2.5 border-line border-b px-4 last:border-0 hover:bg-raise/60 md:px-[1.125rem]"
    >
      {denied ? (
        <span data-tip={word} className="relative">
          <StatusIcon status={task.status} />
          <span className="sr-only">{word}</span>
        </span>
      ) : (
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
      )}
      <span className="w-14 shrink-0 truncate font-mono text-2xs text-faint max-sm:hidden">{task.key}</span>
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2.5 gap-y-1 py-1.5">
        <Link
          to="/projects/$projectId/tasks/$taskId"
          params={{ projectId: task.project_id, taskId: task.id }}
          data-row-link
          className="min-w-0 max-w-full truncate font-[520] outline-none after:absolute after:inset-0 focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-ink"
        >
          {task.title}
        </Link>
        <span className="flex min-w-0 flex-wrap gap-1">
          <TaskChips task={task} />
        </span>
      </div>
      {project && (
        <span className="max-w-40 shrink-0 truncate text-mute text-xs max-md:hidden">{task.project_name}</span>
      )}
    </li>
  );
}
