import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AnalysisRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { type Status, StatusChip } from '@/features/jobs/status';
import { took } from '@/lib/time';

/** Which analysis this is, of what, and compared with what. */
export function ReportHead({ analysis, actions }: { analysis: AnalysisRead; actions: ReactNode }) {
  const { previous, finished_at, created_at } = analysis;
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <h2 className="text-lg">
        Analysis <span className="num">#{analysis.number}</span>
      </h2>
      <StatusChip status={analysis.status as Status} />
      <p className="flex flex-wrap items-center gap-x-1.5 text-mute">
        <span>
          source{' '}
          <Link
            to="/projects/$projectId/source/$snapshotId"
            params={{ projectId: analysis.project_id, snapshotId: analysis.snapshot_id }}
            search={{}}
            className="text-fg underline underline-offset-2"
          >
            <code>{analysis.source_id.slice(0, 7)}</code>
          </Link>
        </span>
        <span aria-hidden="true">·</span>
        <Ago at={finished_at ?? created_at} />
        {finished_at && (
          <>
            <span aria-hidden="true">·</span>
            <span className="num" data-tip="From asking to the report">
              {took(Date.parse(finished_at) - Date.parse(created_at))}
            </span>
          </>
        )}
        {previous && (
          <>
            <span aria-hidden="true">·</span>
            <span>
              compared with{' '}
              <Link
                to="/projects/$projectId/analyses/$analysisId"
                params={{ projectId: analysis.project_id, analysisId: previous.id }}
                search={{}}
                className="num text-fg underline underline-offset-2"
              >
                #{previous.number}
              </Link>
            </span>
          </>
        )}
        <span aria-hidden="true">·</span>
        <Link to="/runs/$jobId" params={{ jobId: analysis.id }} className="text-fg underline underline-offset-2">
          log
        </Link>
      </p>
      <div className="flex items-center gap-2 max-sm:w-full sm:ml-auto">{actions}</div>
    </header>
  );
}
