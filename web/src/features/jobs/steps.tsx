import type { JobRead, StepRead } from '@/api/gen';
import { Elapsed } from '@/components/ui/ago';
import { type Signal, Stop, Track } from '@/components/ui/track';
import { clock } from '@/lib/time';
import { isOver } from './status';

/** How a step stands; one that was under way when the run ended did not finish. */
function signalOf(step: StepRead, job: JobRead): { signal: Signal; said: string } {
  if (step.status === 'done') return { signal: 'done', said: 'Done' };
  if (step.status === 'failed') return { signal: 'bad', said: 'Failed' };
  if (job.status === 'running') return { signal: 'live', said: 'Running' };
  if (job.status === 'failed') return { signal: 'bad', said: 'Failed' };
  // The run's end is heard before its last step is read again.
  if (job.status === 'completed') return { signal: 'done', said: 'Done' };
  return isOver(job.status) ? { signal: 'skipped', said: 'Stopped' } : { signal: 'now', said: 'To be done again' };
}

/** What stands before or after the steps: waiting in line, or nothing reported. */
function edge(job: JobRead): string | null {
  if (job.status === 'queued') {
    return job.queue_position && job.queue_position > 1 ? `In line, number ${job.queue_position}` : 'Next in line';
  }
  if (job.status === 'waiting') return job.attempt ? 'Waits before the next try' : 'Waits for its time';
  if (job.steps.length) return null;
  return job.status === 'running' ? 'Starting' : 'It never began a step';
}

type StepsProps = { job: JobRead; onStep: (step: StepRead) => void };

/** The steps as a track with signals; pressing one shows its place in the log. */
export function Steps({ job, onStep }: StepsProps) {
  const before = edge(job);
  return (
    <Track className="px-2.5 py-2.5">
      {job.steps.map((step, index) => {
        const { signal, said } = signalOf(step, job);
        return (
          <Stop
            key={step.name}
            signal={signal}
            said={said}
            last={index === job.steps.length - 1 && !before}
            className="px-2 [--lamp:0.6875rem]"
          >
            <button
              type="button"
              onClick={() => onStep(step)}
              className="-ml-1 flex min-h-8 w-[calc(100%+0.25rem)] items-center gap-2 rounded-ctl px-1 text-left hover:bg-raise"
            >
              <span className={`flex-1 ${signal === 'live' ? 'font-[520]' : ''}`}>{step.title}</span>
              <span className="num text-mute text-xs">
                {step.seconds === null && signal === 'live' && <Elapsed from={step.started_at} />}
                {step.seconds !== null && clock(step.seconds * 1000)}
              </span>
            </button>
          </Stop>
        );
      })}
      {before && (
        <Stop
          signal={job.status === 'running' ? 'live' : 'now'}
          said="Now"
          last
          className="px-2 text-mute [--lamp:0.6875rem]"
        >
          <span className="flex min-h-8 items-center">{before}</span>
        </Stop>
      )}
    </Track>
  );
}
