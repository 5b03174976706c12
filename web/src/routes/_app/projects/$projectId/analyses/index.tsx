import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { listAnalysesOptions, listSourceSnapshotsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Pager } from '@/components/pager';
import { ButtonLink } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { BoneRows } from '@/components/ui/skeleton';
import { AnalyseButton } from '@/features/analysis/analyse-button';
import { AnalysisHeads, AnalysisRow } from '@/features/analysis/analysis-row';
import { TrendChart } from '@/features/analysis/trend-chart';
import { useProject } from '@/features/projects/use-project';
import { problem } from '@/lib/problem';
import { useWhyNotIn } from '@/lib/rights';

const PAGE_SIZE = 30;

const options = (projectId: string, page = 1) =>
  listAnalysesOptions({ path: { project_id: projectId }, query: { page, page_size: PAGE_SIZE } });

export const Route = createFileRoute('/_app/projects/$projectId/analyses/')({
  validateSearch: (search: Record<string, unknown>): { page?: number | undefined } => ({
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => void context.queryClient.prefetchQuery(options(params.projectId, deps.page)),
  component: Analyses,
});

function Analyses() {
  const { projectId } = Route.useParams();
  const { page } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data, error, refetch } = useQuery({ ...options(projectId, page), placeholderData: keepPreviousData });
  if (error && !data) return <Broken error={problem(error)} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="Analyses are on their way" />;
  if (!data.items.length) return <NoAnalyses projectId={projectId} />;
  return (
    <>
      {!page && <TrendChart analyses={data.items} />}
      <AnalysisHeads />
      <ul className="border-line border-b">
        {data.items.map((analysis) => (
          <AnalysisRow key={analysis.id} analysis={analysis} />
        ))}
      </ul>
      <Pager
        page={data.page}
        pageSize={data.page_size}
        total={data.total}
        what="analyses"
        onPage={(next) => void navigate({ search: { page: next } })}
      />
    </>
  );
}

function NoAnalyses({ projectId }: { projectId: string }) {
  const noUpload = useWhyNotIn(useProject(projectId), 'file:upload');
  const { data, isPending } = useQuery(
    listSourceSnapshotsOptions({ path: { project_id: projectId }, query: { page_size: 1 } }),
  );
  // Without source there is nothing to analyse: then giving it is the one thing to do. Who may do neither is told why.
  const bare = data?.total === 0;
  return (
    <Empty
      title="Not analysed yet"
      action={
        <>
          {!isPending && (!bare || noUpload) && <AnalyseButton projectId={projectId} />}
          {!noUpload && (
            <ButtonLink
              look={bare ? 'ink' : 'line'}
              to="/projects/$projectId/source"
              params={{ projectId }}
              search={{}}
            >
              Give source
            </ButtonLink>
          )}
        </>
      }
    >
      An analysis reads the newest source and says how good it is: quality, security, types and coverage, with the code
      in question and what to do about it.
    </Empty>
  );
}
