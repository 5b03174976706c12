import type { TaskSummary } from '@/api/gen';
import { TaskRow } from './task-row';

type TaskLineProps = {
  task: TaskSummary;
  /** Say of which project it is. */
  project?: boolean;
  /** Why its status is not the reader's to change. */
  denied?: string | undefined;
};

/** A task as a line of a page that is about more than tasks; its title leads to its own. */
export function TaskLine({ task, project = false, denied }: TaskLineProps) {
  const params = { projectId: task.project_id, taskId: task.id };
  return (
    <TaskRow
      task={task}
      link={{ to: '/projects/$projectId/tasks/$taskId', params }}
      may={!denied}
      after={
        project && (
          <span className="max-w-40 shrink-0 truncate text-mute text-xs max-md:hidden">{task.project_name}</span>
        )
      }
    />
  );
}
