import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { listProjectJobsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { ButtonLink } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { BoneRows } from '@/components/ui/skeleton';
import { RunFilters, type RunSearch, readRunSearch, runQuery } from '@/features/jobs/filters';
import { RunList } from '@/features/jobs/run-list';
import { problem } from '@/lib/problem';

const PAGE_SIZE = 30;

const options = (projectId: string, search: RunSearch) =>
  listProjectJobsOptions({ path: { project_id: projectId }, query: runQuery(search, PAGE_SIZE) });

export const Route = createFileRoute('/_app/projects/$projectId/runs')({
  validateSearch: readRunSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => void context.queryClient.prefetchQuery(options(params.projectId, deps)),
  component: ProjectRuns,
});

function ProjectRuns() {
  const { projectId } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const change = (next: RunSearch) => void navigate({ search: next });
  const { data, error, refetch } = useQuery({ ...options(projectId, search), placeholderData: keepPreviousData });
  if (error && !data) return <Broken error={problem(error)} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="Runs are on their way" />;
  const empty = (
    <Empty
      title="Nothing has run yet"
      action={
        <ButtonLink look="ink" to="/projects/$projectId/analyses" params={{ projectId }} search={{}}>
          Go to the analyses
        </ButtonLink>
      }
    >
      A run is a piece of work a machine does for this project, such as analysing its source. Everybody in the project
      can watch it here and read its log.
    </Empty>
  );
  return (
    <>
      {(data.total > 0 || search.status) && (
        <div className="flex items-center gap-2 border-line border-b px-4 py-2 md:px-[1.125rem]">
          <RunFilters search={search} onChange={change} />
        </div>
      )}
      <RunList page={data} search={search} onSearch={change} empty={empty} project={false} />
    </>
  );
}
