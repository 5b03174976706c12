import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TaskFindingRead, TaskRead } from '@/api/gen';
import { listTaskFindingsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Inline } from '@/components/code/inline';
import { NotRead } from '@/components/not-read';
import { Chip } from '@/components/ui/chip';
import { SeverityChip } from '@/features/analysis/severity';
import { pathOf } from './change';

/** The finding a task was made of, if it was, and whether it is still there. */
export function TaskFinding({ task }: { task: TaskRead }) {
  const read = useQuery(listTaskFindingsOptions({ path: pathOf(task) }));
  const { data } = read;
  if (read.isError && !data) return <NotRead what="The finding" of={read} />;
  const finding = data?.items[0];
  if (!finding) return null;
  return (
    <section aria-label="Finding" className="grid gap-1.5">
      <header className="flex min-h-7 items-center gap-2">
        <h3>Finding</h3>
        {finding.state === 'gone' && <Chip tone="ok">Gone</Chip>}
      </header>
      <div className="grid gap-1 rounded-panel border border-line bg-panel px-3 py-2">
        <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <SeverityChip severity={finding.severity} />
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <Inline text={finding.title} />
          </span>
        </p>
        <p className="text-mute text-xs [overflow-wrap:anywhere]">
          <code>
            {finding.file}
            {finding.line ? `:${finding.line}` : ''}
          </code>{' '}
          · {finding.tool} <code>{finding.rule}</code>
        </p>
        <p className="text-mute text-xs">
          <Seen finding={finding} projectId={task.project_id} />
          {finding.gone_number
            ? `; analysis ${finding.gone_number} no longer has it.`
            : '. The task is done once a later analysis no longer has it.'}
        </p>
      </div>
    </section>
  );
}

function Seen({ finding, projectId }: { finding: TaskFindingRead; projectId: string }) {
  return (
    <>
      Last seen by{' '}
      <Link
        to="/projects/$projectId/analyses/$analysisId"
        params={{ projectId, analysisId: finding.seen_id }}
        search={{ open: finding.fingerprint, q: finding.rule }}
        className="text-fg underline underline-offset-2"
      >
        analysis {finding.seen_number}
      </Link>
    </>
  );
}
