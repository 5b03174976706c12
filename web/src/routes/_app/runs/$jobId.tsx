import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { getJobOptions } from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { type Crumb, Page } from '@/components/page';
import { Elapsed } from '@/components/ui/ago';
import { Progress } from '@/components/ui/meter';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { Comments } from '@/features/comments/comments';
import { RunFacts } from '@/features/jobs/facts';
import { Log, type LogHandle } from '@/features/jobs/log';
import { RunActions } from '@/features/jobs/run-actions';
import { isOver, StatusChip } from '@/features/jobs/status';
import { Steps } from '@/features/jobs/steps';
import { useStory } from '@/features/jobs/use-story';

export const Route = createFileRoute('/_app/runs/$jobId')({
  loader: ({ context, params }) =>
    context.queryClient.ensureQueryData(getJobOptions({ path: { job_id: params.jobId } })),
  component: Run,
});

const PARTS = [
  { value: 'log', label: 'Log' },
  { value: 'steps', label: 'Steps' },
  { value: 'facts', label: 'Facts' },
  { value: 'talk', label: 'Talk' },
] as const;

type Part = (typeof PARTS)[number]['value'];

/** On a phone one part is shown at a time; with room, all three. */
const PLACES: Record<Part, string> = {
  steps: 'lg:block lg:w-56 lg:shrink-0 lg:border-r lg:border-line',
  log: 'lg:flex',
  facts: 'xl:block xl:flex-none xl:overflow-visible!',
  talk: 'xl:block xl:flex-none xl:overflow-visible!',
};

const SIGNALS = {
  running: 'live',
  completed: 'ok',
  failed: 'bad',
  waiting: undefined,
  queued: undefined,
  cancelled: undefined,
} as const;

function Run() {
  const { jobId } = Route.useParams();
  const { data } = useSuspenseQuery(getJobOptions({ path: { job_id: jobId } }));
  const job = data.data;
  const { story, error, again } = useStory(jobId);
  const [part, setPart] = useState<Part>('log');
  const log = useRef<LogHandle>(null);
  const live = !isOver(job.status);
  const place = (name: Part) => `${PLACES[name]} min-h-0 overflow-y-auto ${part === name ? 'flex-1' : 'hidden'}`;

  const crumbs: Crumb[] = [{ label: 'Runs', link: { to: '/runs', search: {} } }];
  if (job.project_id && job.project_name) {
    crumbs.push({
      label: job.project_name,
      link: { to: '/projects/$projectId/runs', params: { projectId: job.project_id }, search: {} },
    });
  }

  return (
    <Page
      title={job.title}
      crumbs={crumbs}
      signal={SIGNALS[job.status]}
      beside={<StatusChip status={job.status} />}
      actions={
        <>
          {job.status === 'running' && job.started_at && (
            <span className="text-mute max-sm:hidden">
              <Elapsed from={job.started_at} />
            </span>
          )}
          <RunActions job={job} />
        </>
      }
      below={job.status === 'running' && <Progress value={job.progress} label="Progress" className="-mb-px" />}
    >
      <div className="flex h-[calc(100dvh-2.875rem-1px)] flex-col max-md:h-[calc(100dvh-6.125rem-1px-env(safe-area-inset-bottom))]">
        {job.failure && (
          <div className="border-line border-b p-3">
            <Notice tone="bad" title={job.failure.message}>
              {job.failure.retry_helps ? 'The same again may work.' : 'The same again would end the same way.'}{' '}
              <code className="text-mute">{job.failure.reason}</code>
            </Notice>
          </div>
        )}
        {error && (
          <div className="border-line border-b p-3">
            <NotRead what="The log" of={{ error, refetch: again, isFetching: false }} />
          </div>
        )}
        <div className="border-line border-b px-3 py-2 lg:hidden">
          <Segmented label="Part" value={part} options={PARTS} onChange={setPart} />
        </div>
        <div className="flex min-h-0 flex-1">
          <div className={place('steps')}>
            <Steps
              job={job}
              onStep={(step) => {
                setPart('log');
                log.current?.showFrom(step.started_at);
              }}
            />
          </div>
          <div className={`${place('log')} flex min-w-0 overflow-hidden! lg:flex-1`}>
            <Log
              ref={log}
              key={jobId}
              story={story}
              jobId={jobId}
              asked={job.created_at}
              live={live}
              failed={job.status === 'failed'}
            />
          </div>
          <div className="contents xl:block xl:w-80 xl:shrink-0 xl:overflow-y-auto xl:border-line xl:border-l">
            <div className={place('facts')}>
              <RunFacts job={job} />
            </div>
            <section aria-label="Talk" className={`${place('talk')} xl:border-line xl:border-t`}>
              <div className="p-4">
                <h2 className="mb-3 max-xl:hidden">Talk</h2>
                {job.project_id ? (
                  <Comments thing={{ projectId: job.project_id, type: 'job', id: job.id }} />
                ) : (
                  <p className="text-mute">A run outside of projects is seen by you alone.</p>
                )}
              </div>
            </section>
          </div>
        </div>
      </div>
    </Page>
  );
}
