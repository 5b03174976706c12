import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { listAllJobsOptions, listJobsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Page } from '@/components/page';
import { ButtonLink } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { BoneRows } from '@/components/ui/skeleton';
import { Whose } from '@/features/admin/whose';
import { RunFilters, type RunSearch, readRunSearch, runQuery } from '@/features/jobs/filters';
import { RunList } from '@/features/jobs/run-list';
import { problem } from '@/lib/problem';

const PAGE_SIZE = 30;

type Search = RunSearch & { all?: true | undefined };

const options = (search: Search) => {
  const query = runQuery(search, PAGE_SIZE);
  return search.all ? listAllJobsOptions({ query }) : listJobsOptions({ query });
};

export const Route = createFileRoute('/_app/runs/')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    ...readRunSearch(search),
    all: search.all === true || undefined,
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchQuery(options(deps)),
  component: Runs,
});

function Runs() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const { all } = search;
  const change = (next: RunSearch) => void navigate({ search: { ...next, all } });
  const { data, error, refetch } = useQuery({ ...options(search), placeholderData: keepPreviousData });
  return (
    <Page
      title="Runs"
      below={
        <div className="flex items-center gap-2 border-line border-t px-4 py-2 md:px-[1.125rem]">
          <RunFilters search={search} onChange={change} />
          <Whose all={all} onChange={(next) => void navigate({ search: { status: search.status, all: next } })} />
        </div>
      }
    >
      {error && !data && <Broken error={problem(error)} reset={() => void refetch()} />}
      {!data && !error && <BoneRows label="Runs are on their way" />}
      {data && <RunList page={data} search={search} onSearch={change} empty={<NoRuns />} />}
    </Page>
  );
}

function NoRuns() {
  return (
    <Empty
      title="Nothing has run yet"
      action={
        <ButtonLink look="ink" to="/projects">
          Choose a project
        </ButtonLink>
      }
    >
      A run is a piece of work a machine does for you, such as analysing a project’s source. You can watch it, leave it,
      and come back: it goes on, and its log is kept.
    </Empty>
  );
}
