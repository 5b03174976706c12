import type { JobRead } from '@/api/gen';
import { cancelJobMutation, getJobQueryKey, retryJobMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button, ButtonLink } from '@/components/ui/button';
import { useAction } from '@/lib/action';
import { queryClient, stale } from '@/lib/client';
import { sayFailed } from '@/lib/toasts';
import { isOver } from './status';

/** What can be done with a run as it stands. */
export function RunActions({ job }: { job: JobRead }) {
  const path = { job_id: job.id };
  const keep = (answer: { data: JobRead }) => {
    queryClient.setQueryData(getJobQueryKey({ path }), answer);
    void stale('listJobs', 'listProjectJobs', 'listAnalyses', 'getAnalysis');
  };
  const cancel = useAction(cancelJobMutation(), {
    onSuccess: keep,
    onError: (error) => void sayFailed('Not cancelled', error),
  });
  const retry = useAction(retryJobMutation(), {
    onSuccess: (answer) => {
      // What was cancelled was the try before.
      cancel.reset();
      keep(answer);
    },
    onError: (error) => void sayFailed('Not tried again', error),
  });
  const stopping = cancel.isPending || (cancel.isSuccess && !isOver(job.status));
  return (
    <>
      {(job.can_cancel || stopping) && !isOver(job.status) && (
        <Button busy={stopping && 'Cancelling…'} onClick={() => cancel.mutate({ path })}>
          Cancel
        </Button>
      )}
      {job.can_retry && (
        <>
          {job.steps.some((step) => step.status === 'done') && (
            <Button
              className="max-sm:hidden"
              disabled={retry.isPending}
              data-tip="Does the finished steps again as well"
              onClick={() => retry.mutate({ path, query: { from_start: true } })}
            >
              From the start
            </Button>
          )}
          <Button look="ink" busy={retry.isPending && 'Asking…'} onClick={() => retry.mutate({ path })}>
            Try again
          </Button>
        </>
      )}
      {job.kind === 'analysis' && job.status === 'completed' && job.project_id && (
        <ButtonLink
          look="ink"
          to="/projects/$projectId/analyses/$analysisId"
          params={{ projectId: job.project_id, analysisId: job.id }}
          search={{}}
        >
          Open the report
        </ButtonLink>
      )}
      {typeof job.result?.analysis_id === 'string' && (
        <ButtonLink to="/runs/$jobId" params={{ jobId: job.result.analysis_id }} className="max-sm:hidden">
          Watch its analysis
        </ButtonLink>
      )}
      {job.kind === 'source' && job.project_id && typeof job.result?.snapshot_id === 'string' && (
        <ButtonLink
          look="ink"
          to="/projects/$projectId/source/$snapshotId"
          params={{ projectId: job.project_id, snapshotId: job.result.snapshot_id }}
          search={{}}
        >
          Open the source
        </ButtonLink>
      )}
    </>
  );
}
