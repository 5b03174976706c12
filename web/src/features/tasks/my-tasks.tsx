import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { TaskSummary } from '@/api/gen';
import { listMyTasksOptions } from '@/api/gen/@tanstack/react-query.gen';
import { count } from '@/lib/format';
import { useApplied } from './change';
import { choose } from './chooser';
import { Choosing } from './choosing';
import { sectionsOf } from './mine';
import { StatusIcon, TaskChips } from './task-chips';
import { isClosed, STATUSES } from './words';

/** What is mine to do, the most pressing first; as large a page as every tier may have. */
export const myTasks = listMyTasksOptions({ query: { status: 'open', sort: 'due_date', page_size: 50 } });

/** What is assigned to me in all projects: what is late, what is due, what waits. */
export function MyTasks() {
  const { data } = useSuspenseQuery(myTasks);
  const applied = useApplied(data.items);
  const sections = useMemo(() => sectionsOf(applied.filter(({ status }) => !isClosed(status))), [applied]);
  return (
    <section aria-labelledby="mine">
      <header className="flex items-baseline gap-2 px-4 pt-5 pb-2 md:px-[1.125rem]">
        <h2 id="mine">Assigned to me</h2>
        {data.total > 0 && <span className="num text-mute text-xs">{count(data.total)}</span>}
      </header>
      {!sections.length && (
        <p className="px-4 pb-2 text-mute md:px-[1.125rem]">
          Nothing, for now. What somebody assigns to you in any project is listed here, what is due first.
        </p>
      )}
      {sections.map(({ key, title, tasks }) => (
        <div key={key}>
          <h3 className="border-line border-t bg-raise/50 px-4 py-1 text-mute text-xs md:px-[1.125rem]">{title}</h3>
          <ul className="border-line border-y">
            {tasks.map((task) => (
              <MyTask key={task.id} task={task} />
            ))}
          </ul>
        </div>
      ))}
      {data.total > data.items.length && (
        <p className="px-4 py-2 text-mute text-xs md:px-[1.125rem]">
          {count(data.total - data.items.length)} more, none of them due earlier.
        </p>
      )}
      <Choosing />
    </section>
  );
}

function MyTask({ task }: { task: TaskSummary }) {
  const { word } = STATUSES[task.status];
  return (
    <li
      data-task={task.id}
      className="relative flex min-h-10 items-center gap-2.5 border-line border-b px-4 last:border-0 hover:bg-raise/60 md:px-[1.125rem]"
    >
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
      <span className="max-w-40 shrink-0 truncate text-mute text-xs max-md:hidden">{task.project_name}</span>
    </li>
  );
}
