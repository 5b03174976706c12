import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import type { JobRead } from '@/api/gen';
import { listJobAssetsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Fact, Facts } from '@/components/facts';
import { NotRead } from '@/components/not-read';
import { Ago, Elapsed } from '@/components/ui/ago';
import { Machine, Person } from '@/components/ui/avatar';
import { Copy } from '@/components/ui/copy';
import { bytes, worded } from '@/lib/format';
import { LeftFact } from './left-fact';
import { TaskFact } from './task-fact';

/** What is known about a run beside its log. */
export function RunFacts({ job }: { job: JobRead }) {
  return (
    <div className="grid content-start gap-5 p-4">
      <Facts>
        {job.project_id && (
          <Fact name="Project">
            <Link
              to="/projects/$projectId"
              params={{ projectId: job.project_id }}
              className="underline-offset-2 hover:underline"
            >
              {job.project_name}
            </Link>
          </Fact>
        )}
        <TaskFact job={job} />
        <SourceFact job={job} />
        <Fact name="Carried by">
          <span className="inline-flex items-center gap-1.5">
            <Machine name={job.kind} />
            {worded(job.kind)} runner
          </span>
        </Fact>
        {job.asked_by && (
          <Fact name="Asked by">
            <span className="inline-flex items-center gap-1.5">
              <Person id={job.asked_by.id} name={job.asked_by.name} />
              {job.asked_by.name}
            </span>
          </Fact>
        )}
        <Fact name="Asked">
          <Ago at={job.created_at} />
        </Fact>
        {job.started_at && (
          <Fact name={job.finished_at ? 'Took' : 'Running for'}>
            <Elapsed from={job.started_at} to={job.finished_at} />
          </Fact>
        )}
        <LeftFact job={job} />
        {job.attempt > 1 && <Fact name="Attempt">{job.attempt}</Fact>}
        {job.reused_from && (
          <Fact name="Result from">
            <Link to="/runs/$jobId" params={{ jobId: job.reused_from }} className="underline underline-offset-2">
              an earlier run
            </Link>{' '}
            of the same source
          </Fact>
        )}
        {job.status === 'running' && job.deadline_at && (
          <Fact name="Ends at latest">
            <Ago at={job.deadline_at} />
          </Fact>
        )}
        <Fact name="Run id">
          <span className="-my-1 flex items-center">
            <code className="truncate">{job.id}</code>
            <Copy text={job.id} what="the run id" />
          </span>
        </Fact>
      </Facts>
      <Parameters of={job.parameters} />
      <Files job={job} />
    </div>
  );
}

/** The snapshot a run works on, where it works on one. */
function SourceFact({ job }: { job: JobRead }) {
  const { snapshot_id: snapshotId, source_id: sourceId } = job.parameters;
  if (!job.project_id || typeof snapshotId !== 'string' || typeof sourceId !== 'string') return null;
  return (
    <Fact name="Source">
      <Link
        to="/projects/$projectId/source/$snapshotId"
        params={{ projectId: job.project_id, snapshotId }}
        search={{}}
        className="underline-offset-2 hover:underline"
      >
        <code>{sourceId.slice(0, 7)}</code>
      </Link>
    </Fact>
  );
}

function valued(value: unknown): ReactNode {
  if (value === true) return 'yes';
  if (Array.isArray(value)) return value.join(', ');
  return <code className="block truncate">{String(value)}</code>;
}

function Parameters({ of }: { of: Record<string, unknown> }) {
  // Ids say nothing to people; what they name is linked above.
  const shown = Object.entries(of).filter(
    ([name, value]) => value !== null && value !== false && !name.endsWith('_id'),
  );
  if (!shown.length) return null;
  return (
    <section aria-label="Parameters">
      <h2 className="mb-1.5">Asked with</h2>
      <Facts>
        {shown.map(([name, value]) => (
          <Fact key={name} name={worded(name)}>
            {valued(value)}
          </Fact>
        ))}
      </Facts>
    </section>
  );
}

function Files({ job }: { job: JobRead }) {
  const read = useQuery(listJobAssetsOptions({ path: { job_id: job.id } }));
  const { data } = read;
  if (read.isError && !data) return <NotRead what="The files" of={read} />;
  if (!data?.items.length) return null;
  return (
    <section aria-label="Files">
      <h2 className="mb-1">Files</h2>
      <ul>
        {data.items.map((file) => (
          <li key={file.id}>
            <a href={file.url} download className="flex min-h-7 items-center gap-2 rounded-tag hover:bg-raise">
              <Download aria-hidden="true" className="size-3.5 text-mute" />
              <span className="min-w-0 flex-1 truncate">{file.name}</span>
              <span className="num text-mute text-xs">{bytes(file.size_bytes)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
