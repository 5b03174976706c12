import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { JobRead } from '@/api/gen';
import { cancelJobMutation, getJobQueryKey } from '@/api/gen/@tanstack/react-query.gen';
import { Button, ButtonLink } from '@/components/ui/button';
import { Progress } from '@/components/ui/meter';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { queryClient } from '@/lib/client';
import { count, plural } from '@/lib/format';
import { sayFailed } from '@/lib/toasts';

/** What came of fetching a repository, or how far it is. */
export function FetchNews({ job, afterwards }: { job: JobRead; afterwards: ReactNode }) {
  if (job.status === 'completed') return <Taken job={job} afterwards={afterwards} />;
  if (job.status === 'failed') {
    return (
      <Notice tone="bad" title={`${nameOf(job)} was not fetched`} action={<RunLink job={job} />}>
        {job.failure?.message}
      </Notice>
    );
  }
  if (job.status === 'cancelled') {
    return <p role="status">{nameOf(job)} was not fetched: it was cancelled, and nothing was kept.</p>;
  }
  return null;
}

/** A repository on its way. */
export function Fetching({ job }: { job: JobRead }) {
  const cancel = useAction(cancelJobMutation(), {
    onSuccess: (answer) => queryClient.setQueryData(getJobQueryKey({ path: { job_id: job.id } }), answer),
    onError: (error) => void sayFailed('Not cancelled', error),
  });
  const waits = job.status !== 'running';
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <p className="min-w-0 flex-1 basis-52 truncate font-[520]">{nameOf(job)}</p>
        <span className="num min-w-0 truncate text-mute">
          {waits ? 'Waits for its turn' : (job.current_step ?? 'Starting')}
        </span>
        <span className="ml-auto flex items-center gap-2.5">
          <RunLink job={job} />
          {job.can_cancel && (
            <Button
              size="sm"
              busy={(cancel.isPending || cancel.isSuccess) && 'Cancelling…'}
              onClick={() => cancel.mutate({ path: { job_id: job.id } })}
            >
              Cancel
            </Button>
          )}
        </span>
      </div>
      <Progress value={job.progress} label={`Fetching ${nameOf(job)}`} className="rounded-full" />
    </div>
  );
}

function Taken({ job, afterwards }: { job: JobRead; afterwards: ReactNode }) {
  const { files, skipped, analysis_id: analysisId, analysis_refused: refused } = job.result ?? {};
  const left = Number(skipped ?? 0);
  return (
    <div role="status" className="flex flex-wrap items-center justify-between gap-3">
      <p className="min-w-52 flex-1 [overflow-wrap:anywhere]">
        Taken: <b className="font-semibold">{nameOf(job)}</b>, {plural(Number(files ?? 0), 'file')}
        {left > 0 && `, ${count(left)} ${left === 1 ? 'place' : 'places'} left out`}.
        {typeof refused === 'string' && <span className="block text-mute">It was not analysed: {refused}</span>}
      </p>
      {typeof analysisId === 'string' ? (
        <ButtonLink to="/runs/$jobId" params={{ jobId: analysisId }}>
          Watch its analysis
        </ButtonLink>
      ) : (
        afterwards
      )}
    </div>
  );
}

function RunLink({ job }: { job: JobRead }) {
  return (
    <Link
      to="/runs/$jobId"
      params={{ jobId: job.id }}
      className="inline-flex h-6 shrink-0 items-center text-xs underline underline-offset-2 hover:text-fg"
    >
      Its run
    </Link>
  );
}

/** The repository without its scheme, as people know it, and which part of it. */
function nameOf(job: JobRead): string {
  return job.title.replace(/^Fetch /, '');
}
