import { useQuery } from '@tanstack/react-query';
import type { TaskRead } from '@/api/gen';
import { createAnalysisMutation, listProjectJobsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { Button } from '@/components/ui/button';
import { RunRow } from '@/features/jobs/run-row';
import { useProject } from '@/features/projects/use-project';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useFollowJobs } from '@/lib/liveCache';
import { useWhyNotIn } from '@/lib/rights';
import { sayFailed } from '@/lib/toasts';

/** More are found on the project's page of runs. */
const MOST = 5;

/** The runs that were asked for a task, and the way to ask for one where its evidence comes from runs. */
export function TaskRuns({ task }: { task: TaskRead }) {
  const path = { project_id: task.project_id };
  const read = useQuery(listProjectJobsOptions({ path, query: { task_id: task.id, page_size: MOST } }));
  const { data } = read;
  useFollowJobs(data?.items ?? []);
  const denied = useWhyNotIn(useProject(task.project_id), 'analysis:create');
  const analyse = useAction(createAnalysisMutation(), {
    onSuccess: () => stale('listProjectJobs', 'listJobs', 'listAnalyses'),
    onError: (error) => void sayFailed('Not started', error),
  });
  if (read.isError && !data) return <NotRead what="The runs" of={read} />;
  if (!data || (!data.items.length && !task.requires.length)) return null;
  return (
    <section aria-label="Runs" className="grid gap-1">
      <header className="flex min-h-7 items-center justify-between gap-2">
        <h3>
          Runs {data.total > MOST && <span className="num font-normal text-mute">the newest of {data.total}</span>}
        </h3>
        {task.requires.length > 0 && (
          <Button
            size="sm"
            denied={denied}
            busy={analyse.isPending && 'Starting…'}
            onClick={() => analyse.mutate({ path, body: { task_id: task.id } })}
          >
            Analyse now
          </Button>
        )}
      </header>
      {data.items.length > 0 ? (
        <ul className="overflow-hidden rounded-panel border border-line bg-panel">
          {data.items.map((job) => (
            <RunRow key={job.id} job={job} project={false} />
          ))}
        </ul>
      ) : (
        <p className="text-mute">None was asked for this task yet.</p>
      )}
    </section>
  );
}
