import { Link } from '@tanstack/react-router';
import type { JobSummary } from '@/api/gen';
import { Ago, Elapsed } from '@/components/ui/ago';
import { Machine, Person } from '@/components/ui/avatar';
import { Progress } from '@/components/ui/meter';
import { StatusChip } from './status';

/** What a run is at, or how it ended, in a few words. */
function now(job: JobSummary): string | null | undefined {
  if (job.status === 'running') return job.current_step ?? 'Starting';
  if (job.status === 'failed') return job.failure?.message;
  if (job.status === 'queued' && job.queue_position) {
    return job.queue_position === 1 ? 'Next in line' : `Number ${job.queue_position} in line`;
  }
  return null;
}

/** A run in a list; the whole row leads to it, and its progress is its lower edge. */
export function RunRow({ job, project = true }: { job: JobSummary; project?: boolean }) {
  return (
    <li className="relative border-line border-b last:border-0 hover:bg-raise/60">
      <div className="flex min-h-12 items-center gap-3 px-4 py-2 md:px-[1.125rem]">
        <span className="shrink-0 max-sm:order-last sm:w-24">
          <StatusChip status={job.status} />
        </span>
        <div className="min-w-0 flex-1 lg:flex lg:items-baseline lg:gap-3">
          <Link
            to="/runs/$jobId"
            data-row-link
            params={{ jobId: job.id }}
            className="block min-w-0 shrink-0 truncate font-[520] after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-ink"
          >
            {job.title}
          </Link>
          <p className="truncate text-mute">{[project && job.project_name, now(job)].filter(Boolean).join(' · ')}</p>
        </div>
        {job.asked_by && (
          <span
            data-tip={`Asked by ${job.asked_by.name}, carried by a machine`}
            className="relative flex gap-1 max-sm:hidden"
          >
            <Person id={job.asked_by.id} name={job.asked_by.name} />
            <Machine name={job.kind} />
            <span className="sr-only">Asked by {job.asked_by.name}</span>
          </span>
        )}
        <span className="w-12 text-right text-mute max-md:hidden">
          {job.started_at && <Elapsed from={job.started_at} to={job.finished_at} />}
        </span>
        <Ago at={job.created_at} className="relative w-20 text-right text-mute text-xs max-sm:hidden" />
      </div>
      {job.status === 'running' && (
        <Progress
          value={job.progress}
          label={`${job.title}: progress`}
          className="absolute inset-x-0 bottom-[-1px] h-0.5 bg-transparent"
        />
      )}
    </li>
  );
}
