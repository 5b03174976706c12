import { createFileRoute } from '@tanstack/react-router';
import { getTaskOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Choosing } from '@/features/tasks/choosing';
import { TaskView } from '@/features/tasks/task-view';

export const Route = createFileRoute('/_app/projects/$projectId/tasks/$taskId')({
  loader: ({ context, params }) =>
    void context.queryClient.prefetchQuery(
      getTaskOptions({ path: { project_id: params.projectId, task_id: params.taskId } }),
    ),
  component: TaskPage,
});

function TaskPage() {
  const { projectId, taskId } = Route.useParams();
  return (
    <>
      <TaskView projectId={projectId} taskId={taskId} wide />
      <Choosing />
    </>
  );
}
