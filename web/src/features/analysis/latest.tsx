import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AnalysisRead } from '@/api/gen';
import { Panel } from '@/components/panel';
import { Ago } from '@/components/ui/ago';
import { count, percent } from '@/lib/format';
import { AnalyseButton } from './analyse-button';
import { GradeChip } from './score';

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <p className="text-mute text-xs">{name}</p>
      <p className="num text-lg font-[620]">{children}</p>
    </div>
  );
}

/** The newest report of a project at a glance; `children` is its trend. */
export function LatestAnalysis({ analysis, children }: { analysis: AnalysisRead; children: ReactNode }) {
  const { counts } = analysis;
  return (
    <Panel
      title="Latest analysis"
      beside={
        <>
          <span className="num">#{analysis.number}</span> · <Ago at={analysis.finished_at ?? analysis.created_at} />
        </>
      }
      actions={<AnalyseButton projectId={analysis.project_id} label="Run again" look="line" />}
    >
      <div className="flex flex-wrap items-center gap-x-8 gap-y-3 p-4">
        <div className="flex items-center gap-2.5">
          {analysis.quality_score !== null && (
            <span className="num text-3xl leading-10 font-[640] tracking-tighter">
              {analysis.quality_score.toFixed(1)}
            </span>
          )}
          {analysis.grade && <GradeChip grade={analysis.grade} />}
          {children}
        </div>
        {counts && (
          <>
            <Figure name="High">{count(counts.high)}</Figure>
            <Figure name="Medium">{count(counts.medium)}</Figure>
            <Figure name="Low">{count(counts.low)}</Figure>
            {analysis.previous && <Figure name={`New since #${analysis.previous.number}`}>{count(counts.new)}</Figure>}
          </>
        )}
        <Figure name="Coverage">{analysis.coverage_percent === null ? '–' : percent(analysis.coverage_percent)}</Figure>
        <Link
          to="/projects/$projectId/analyses/$analysisId"
          params={{ projectId: analysis.project_id, analysisId: analysis.id }}
          search={{}}
          className="font-[520] underline underline-offset-3 max-sm:w-full sm:ml-auto"
        >
          Read the report
        </Link>
      </div>
    </Panel>
  );
}
