import { useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listMyTasksOptions } from '@/api/gen/@tanstack/react-query.gen';
import { count } from '@/lib/format';
import { useApplied } from './change';
import { Choosing } from './choosing';
import { sectionsOf } from './mine';
import { TaskLine } from './task-line';
import { isClosed } from './words';

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
              <TaskLine key={task.id} task={task} project />
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
