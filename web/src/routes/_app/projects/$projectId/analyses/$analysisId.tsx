import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { AnalysisRead } from '@/api/gen';
import { getAnalysisOptions, getAnalysisReportOptions, listAnalysesOptions } from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { Bone } from '@/components/ui/skeleton';
import { AnalyseButton } from '@/features/analysis/analyse-button';
import { Basis, Coverage, Languages, Recommendations, SkippedFiles, Tools } from '@/features/analysis/asides';
import { ExportButton } from '@/features/analysis/export-button';
import { Findings } from '@/features/analysis/findings';
import { Hero } from '@/features/analysis/hero';
import { HotSpots } from '@/features/analysis/hot-spots';
import { Pending } from '@/features/analysis/pending';
import { ReportHead } from '@/features/analysis/report-head';
import { type ReportSearch, readReportSearch } from '@/features/analysis/search';
import { ShareButton } from '@/features/analysis/share-button';
import { trendTo } from '@/features/analysis/trend';

const TREND = { page_size: 50 };

export const Route = createFileRoute('/_app/projects/$projectId/analyses/$analysisId')({
  validateSearch: readReportSearch,
  loader: ({ context, params }) =>
    context.queryClient.ensureQueryData(
      getAnalysisOptions({ path: { project_id: params.projectId, analysis_id: params.analysisId } }),
    ),
  component: Analysis,
});

function Analysis() {
  const { projectId, analysisId } = Route.useParams();
  const { data } = useSuspenseQuery(getAnalysisOptions({ path: { project_id: projectId, analysis_id: analysisId } }));
  const analysis = data.data;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 px-4 py-5 md:px-[1.125rem]">
      <ReportHead
        analysis={analysis}
        actions={
          <>
            {analysis.status === 'completed' && (
              <>
                <ShareButton analysis={analysis} />
                <ExportButton projectId={projectId} analysisId={analysisId} />
              </>
            )}
            <AnalyseButton projectId={projectId} label="Run again" snapshotId={analysis.snapshot_id} fresh />
          </>
        }
      />
      {analysis.status === 'completed' ? <Report analysis={analysis} /> : <Pending analysis={analysis} />}
    </div>
  );
}

function Report({ analysis }: { analysis: AnalysisRead }) {
  const path = { project_id: analysis.project_id, analysis_id: analysis.id };
  const read = useQuery({ ...getAnalysisReportOptions({ path }), staleTime: Number.POSITIVE_INFINITY });
  const { data: all } = useQuery(listAnalysesOptions({ path: { project_id: analysis.project_id }, query: TREND }));
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const change = useCallback(
    (next: ReportSearch) => void navigate({ search: next, replace: true, resetScroll: false }),
    [navigate],
  );
  const report = read.data?.data;
  if (read.isError && !report) return <NotRead what="The report" of={read} />;
  if (!report) return <Bone className="late h-28 rounded-panel" />;
  return (
    <>
      <Hero analysis={analysis} report={report} trend={trendTo(analysis, all?.items ?? [])} />
      {/* With room the asides stand beside the findings; without, what to do first stands before them. */}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 max-xl:md:grid-cols-2 xl:grid-cols-[minmax(0,1fr)_21.5rem]">
        <div className="min-w-0 max-xl:md:col-span-2">
          <Findings analysis={analysis} search={search} onSearch={change} />
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 max-xl:contents max-xl:*:nth-[-n+2]:-order-1">
          <Recommendations report={report} />
          <HotSpots
            spots={report.hot_spots}
            chosen={search.file}
            onChoose={(file) => change({ ...search, file, page: undefined, open: undefined })}
          />
          <Languages report={report} />
          <Coverage report={report} />
          <Tools report={report} />
          <SkippedFiles report={report} />
          <Basis report={report} />
        </div>
      </div>
    </>
  );
}
