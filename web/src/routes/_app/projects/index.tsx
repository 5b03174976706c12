import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useCallback } from 'react';
import { listProjectsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Page } from '@/components/page';
import { Pager } from '@/components/pager';
import { SearchBox } from '@/components/search-box';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { BoneRows } from '@/components/ui/skeleton';
import { AllProjects } from '@/features/admin/all-projects';
import { Whose } from '@/features/admin/whose';
import { NewProjectButton } from '@/features/projects/new-project-button';
import { ProjectRow } from '@/features/projects/project-row';
import { MyInvitations } from '@/features/team/my-invitations';

type Search = { q?: string | undefined; page?: number | undefined; all?: true | undefined };

const PAGE_SIZE = 30;

function options({ q, page = 1 }: Search) {
  return listProjectsOptions({ query: { page, page_size: PAGE_SIZE, ...(q ? { q } : {}) } });
}

export const Route = createFileRoute('/_app/projects/')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    q: typeof search.q === 'string' && search.q ? search.q : undefined,
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
    all: search.all === true || undefined,
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void (deps.all || context.queryClient.prefetchQuery(options(deps))),
  component: Projects,
});

function Projects() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const { all } = search;
  const find = useCallback(
    (q: string) => void navigate({ search: { q: q || undefined, all }, replace: true }),
    [navigate, all],
  );
  return (
    <Page
      title="Projects"
      actions={<NewProjectButton icon={<Plus />} />}
      below={
        <div className="flex items-center gap-2 border-line border-t px-4 py-2 md:px-[1.125rem]">
          <SearchBox label="Find a project" value={search.q ?? ''} onChange={find} className="w-full sm:w-72" />
          <Whose all={all} onChange={(next) => void navigate({ search: { q: search.q, all: next } })} />
        </div>
      }
    >
      {all ? (
        <AllProjects search={search} onPage={(page) => void navigate({ search: { ...search, page } })} />
      ) : (
        <>
          <MyInvitations />
          <List search={search} />
        </>
      )}
    </Page>
  );
}

function List({ search }: { search: Search }) {
  const navigate = useNavigate({ from: Route.fullPath });
  const { data, error, refetch } = useQuery({ ...options(search), placeholderData: keepPreviousData });
  if (error) return <Broken error={error} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="Projects are on their way" />;
  if (!data.items.length) return search.q ? <NoMatch q={search.q} /> : <NoProjects />;
  return (
    <>
      <ul className="border-line border-b">
        {data.items.map((project) => (
          <ProjectRow key={project.id} project={project} />
        ))}
      </ul>
      <Pager
        page={data.page}
        pageSize={data.page_size}
        total={data.total}
        what="projects"
        onPage={(page) => void navigate({ search: { ...search, page } })}
      />
    </>
  );
}

function NoMatch({ q }: { q: string }) {
  const navigate = useNavigate({ from: Route.fullPath });
  return (
    <Empty
      title="No project matches"
      action={<Button onClick={() => void navigate({ search: {} })}>Clear the search</Button>}
    >
      Nothing you can see has “{q}” in its name, key or description.
    </Empty>
  );
}

function NoProjects() {
  return (
    <Empty title="Start with a project" action={<NewProjectButton />}>
      A project holds source code, and the runs that work on it.
    </Empty>
  );
}
