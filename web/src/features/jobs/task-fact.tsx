import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { JobRead } from '@/api/gen';
import { getTaskOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Fact } from '@/components/facts';

/** The task a run is done for; nothing where it was deleted meanwhile. */
export function TaskFact({ job }: { job: JobRead }) {
  const { project_id: projectId, task_id: taskId } = job;
  const { data } = useQuery({
    ...getTaskOptions({ path: { project_id: projectId ?? '', task_id: taskId ?? '' } }),
    enabled: Boolean(projectId && taskId),
    retry: false,
  });
  if (!projectId || !data) return null;
  const task = data.data;
  return (
    <Fact name="Task">
      <Link
        to="/projects/$projectId/tasks/$taskId"
        params={{ projectId, taskId: task.id }}
        className="underline-offset-2 hover:underline"
      >
        <span className="font-mono text-mute text-xs">{task.key}</span> {task.title}
      </Link>
    </Fact>
  );
}
