import { Link } from '@tanstack/react-router';
import type { AnalysisRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { type Status, StatusChip } from '@/features/jobs/status';
import { count, delta, percent } from '@/lib/format';
import { Score } from './score';

const COLUMNS =
  'grid grid-cols-[3.5rem_minmax(0,1fr)_auto] items-center gap-3 px-4 md:grid-cols-[3.5rem_7rem_4rem_minmax(0,1fr)_5rem_5rem] md:px-[1.125rem]';

/** What the columns are; rows name theirs to readers by what they hold. */
export function AnalysisHeads() {
  return (
    <div aria-hidden="true" className={`${COLUMNS} border-line border-y py-1.5 text-faint text-xs max-md:hidden`}>
      <span>Analysis</span>
      <span>Quality</span>
      <span>Change</span>
      <span>Findings</span>
      <span className="text-right">Coverage</span>
      <span className="text-right">Asked</span>
    </div>
  );
}

/** An analysis in a list. */
export function AnalysisRow({ analysis }: { analysis: AnalysisRead }) {
  const { counts, previous, quality_score } = analysis;
  const before = previous?.comparable ? previous.quality_score : null;
  return (
    <li className="relative border-line border-b last:border-0 hover:bg-raise/60">
      <div className={`${COLUMNS} min-h-11 py-2`}>
        <Link
          to="/projects/$projectId/analyses/$analysisId"
          data-row-link
          params={{ projectId: analysis.project_id, analysisId: analysis.id }}
          search={{}}
          className="num font-[520] after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-ink"
        >
          #{analysis.number}
        </Link>
        {analysis.status === 'completed' ? (
          <Score analysis={analysis} />
        ) : (
          <StatusChip status={analysis.status as Status} />
        )}
        <span className="num text-mute max-md:hidden">
          {before !== null && quality_score !== null && delta(quality_score - before, 1)}
        </span>
        <span className="num truncate text-mute max-md:hidden">
          {counts &&
            `${count(counts.high)} high · ${count(counts.medium)} medium · ${count(counts.low)} low${previous ? ` · ${count(counts.new)} new, ${count(counts.gone)} gone` : ''}`}
        </span>
        <span className="num text-right text-mute max-md:hidden">
          {analysis.coverage_percent !== null && percent(analysis.coverage_percent, 0)}
        </span>
        <Ago at={analysis.created_at} className="relative text-right text-mute text-xs" />
      </div>
    </li>
  );
}
