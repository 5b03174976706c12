import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ProjectRead } from '@/api/gen';
import { listTasksOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Panel } from '@/components/panel';
import { count } from '@/lib/format';
import { useWhyNotIn } from '@/lib/rights';
import { useApplied } from './change';
import { Choosing } from './choosing';
import { NewTaskButton } from './new-task-button';
import { TaskLine } from './task-line';
import { isClosed } from './words';

/** What is to be done in a project, what is due first. */
export const openTasks = (projectId: string) =>
  listTasksOptions({
    path: { project_id: projectId },
    query: { status: 'open', sort: 'due_date', page_size: 5 },
  });

/** The most pressing tasks of a project, on the page about all of it. */
export function OpenTasks({ project }: { project: ProjectRead }) {
  const { data } = useSuspenseQuery(openTasks(project.id));
  const tasks = useApplied(data.items).filter(({ status }) => !isClosed(status));
  const denied = useWhyNotIn(project, 'task:update');
  const mayPlan = !useWhyNotIn(project, 'task:create');
  if (!tasks.length && !mayPlan) return null;
  return (
    <Panel
      title="Open tasks"
      beside={data.total > 0 && <span className="num text-xs">{count(data.total)}</span>}
      actions={
        <Link
          to="/projects/$projectId/board"
          params={{ projectId: project.id }}
          search={{}}
          className="text-mute text-xs hover:text-fg"
        >
          Board
        </Link>
      }
      className="overflow-hidden"
    >
      {tasks.length > 0 ? (
        <ul>
          {tasks.map((task) => (
            <TaskLine key={task.id} task={task} denied={denied} />
          ))}
        </ul>
      ) : (
        <div className="flex flex-wrap items-center gap-3 p-3.5">
          <p className="min-w-52 flex-1 text-mute [text-wrap:pretty]">
            Nothing is open. Write down what is next: everybody in the project sees it on the board.
          </p>
          <NewTaskButton look="line" />
        </div>
      )}
      <Choosing />
    </Panel>
  );
}
