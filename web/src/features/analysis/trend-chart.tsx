import { Link } from '@tanstack/react-router';
import type { AnalysisRead } from '@/api/gen';

/** From which score on a grade is given: SonarQube's grid as points of the score. */
const GRADES = [
  ['A', 8],
  ['B', 6],
  ['C', 4],
  ['D', 2],
] as const;

const HIGHEST = 10;

type TrendChartProps = { analyses: readonly AnalysisRead[] };

/** Quality over the analyses of a project, oldest first; each point leads to its report. */
export function TrendChart({ analyses }: TrendChartProps) {
  const scored = analyses.filter((one) => one.quality_score !== null).sort((a, b) => a.number - b.number);
  if (scored.length < 2) return null;
  const at = scored.map((one, index) => ({
    one,
    left: (100 * index) / (scored.length - 1),
    top: 100 - (100 * (one.quality_score ?? 0)) / HIGHEST,
  }));
  return (
    <figure className="px-4 pt-4 pb-3 md:px-[1.125rem]">
      <figcaption className="mb-3 font-semibold">
        Quality <span className="font-normal text-mute">0 to 10, over {scored.length} analyses</span>
      </figcaption>
      <div className="relative mr-8 ml-2 h-36">
        {GRADES.map(([grade, score]) => (
          <div
            key={grade}
            aria-hidden="true"
            className="absolute inset-x-0 border-line border-t"
            style={{ bottom: `${score * 10}%` }}
          >
            <span className="absolute -right-8 bottom-0 w-5 text-2xs text-faint">{grade}</span>
          </div>
        ))}
        <div aria-hidden="true" className="absolute inset-x-0 bottom-0 border-edge border-t" />
        <svg
          aria-hidden="true"
          viewBox="0 0 100 100"
          preserveAspectRatio="none"
          className="absolute inset-0 size-full overflow-visible"
        >
          <polyline
            points={at.map(({ left, top }) => `${left},${top}`).join(' ')}
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinejoin="round"
            vectorEffect="non-scaling-stroke"
          />
        </svg>
        {at.map(({ one, left, top }) => (
          <Link
            key={one.id}
            to="/projects/$projectId/analyses/$analysisId"
            params={{ projectId: one.project_id, analysisId: one.id }}
            search={{}}
            aria-label={`Analysis ${one.number}: ${one.quality_score?.toFixed(1)}`}
            data-tip={`#${one.number}: ${one.quality_score?.toFixed(2)}`}
            className="absolute grid size-6 -translate-x-1/2 -translate-y-1/2 place-items-center rounded-full"
            style={{ left: `${left}%`, top: `${top}%` }}
          >
            <span className="size-[7px] rounded-full border-[1.5px] border-bg bg-fg" />
          </Link>
        ))}
      </div>
    </figure>
  );
}
