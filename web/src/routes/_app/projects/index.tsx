import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { Plus, Star } from 'lucide-react';
import { useCallback } from 'react';
import { listMyTagsOptions, listProjectsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Page } from '@/components/page';
import { Pager } from '@/components/pager';
import { SearchBox } from '@/components/search-box';
import { Button, ButtonLink } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { Pick } from '@/components/ui/pick';
import { BoneRows } from '@/components/ui/skeleton';
import { AllProjects } from '@/features/admin/all-projects';
import { Whose } from '@/features/admin/whose';
import { DeletedRow } from '@/features/projects/deleted-row';
import { NewProjectButton } from '@/features/projects/new-project-button';
import { ProjectRow } from '@/features/projects/project-row';
import { MyInvitations } from '@/features/team/my-invitations';

type Status = (typeof STATUSES)[number]['value'];
type Search = {
  q?: string | undefined;
  status?: Status | undefined;
  tag?: string | undefined;
  favorite?: true | undefined;
  page?: number | undefined;
  all?: true | undefined;
};

const PAGE_SIZE = 30;
const STATUSES = [
  { value: 'active', label: 'active' },
  { value: 'archived', label: 'archived' },
  { value: 'deleted', label: 'deleted' },
] as const;
const ANY_TAG = '';

function options({ page = 1, all: _, ...wanted }: Search) {
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  return listProjectsOptions({ query: { page, page_size: PAGE_SIZE, ...given } });
}

export const Route = createFileRoute('/_app/projects/')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    q: typeof search.q === 'string' && search.q ? search.q : undefined,
    status: STATUSES.find(({ value }) => value !== 'active' && value === search.status)?.value,
    tag: typeof search.tag === 'string' && search.tag ? search.tag : undefined,
    favorite: search.favorite === true || undefined,
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
  const change = useCallback(
    (next: Search) => void navigate({ search: (now) => ({ ...now, page: undefined, ...next }), replace: true }),
    [navigate],
  );
  const find = useCallback((q: string) => change({ q: q || undefined }), [change]);
  return (
    <Page
      title="Projects"
      actions={
        <>
          <ButtonLink to="/projects/templates" className="max-sm:hidden">
            Templates
          </ButtonLink>
          <NewProjectButton icon={<Plus />} />
        </>
      }
      below={
        <div className="flex flex-wrap items-center gap-2 border-line border-t px-4 py-2 md:px-[1.125rem]">
          <SearchBox label="Find a project" value={search.q ?? ''} onChange={find} className="w-full sm:w-72" />
          {!all && <Filters search={search} onChange={change} />}
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

function Filters({ search, onChange }: { search: Search; onChange: (next: Search) => void }) {
  const { data } = useQuery(listMyTagsOptions());
  const tags = data?.data ?? [];
  const tagOptions = [{ value: ANY_TAG, label: 'any' }, ...tags.map(({ name }) => ({ value: name, label: name }))];
  return (
    <>
      <Pick
        label="Show"
        value={search.status ?? 'active'}
        options={STATUSES}
        onChange={(status) => onChange({ status: status === 'active' ? undefined : status })}
      />
      {(tags.length > 0 || search.tag) && (
        <Pick
          label="Tag"
          idle={ANY_TAG}
          value={search.tag ?? ANY_TAG}
          options={tagOptions}
          onChange={(tag) => onChange({ tag: tag || undefined })}
        />
      )}
      <Button
        icon={<Star className={search.favorite ? 'fill-current' : 'text-mute'} />}
        aria-pressed={search.favorite ?? false}
        onClick={() => onChange({ favorite: search.favorite ? undefined : true })}
      >
        Favorites
      </Button>
    </>
  );
}

function List({ search }: { search: Search }) {
  const navigate = useNavigate({ from: Route.fullPath });
  const { data, error, refetch } = useQuery({ ...options(search), placeholderData: keepPreviousData });
  if (error && !data) return <Broken error={error} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="Projects are on their way" />;
  if (!data.items.length) return <Nothing search={search} />;
  const Row = search.status === 'deleted' ? DeletedRow : ProjectRow;
  return (
    <>
      <ul className="border-line border-b">
        {data.items.map((project) => (
          <Row key={project.id} project={project} />
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

/** Why the list is empty, and the way out. */
function Nothing({ search: { q, status, tag, favorite } }: { search: Search }) {
  const navigate = useNavigate({ from: Route.fullPath });
  const clear = (
    <Button onClick={() => void navigate({ search: {} })}>
      {q || tag || favorite ? 'Clear the search' : 'Show those you work on'}
    </Button>
  );
  if (q) {
    return (
      <Empty title="No project matches" action={clear}>
        Nothing you can see has “{q}” in its name, key or description, with these filters.
      </Empty>
    );
  }
  if (favorite) {
    return (
      <Empty title="No favorites here" action={clear}>
        Press the star of a project, and it comes first in your lists, here and in the sidebar.
      </Empty>
    );
  }
  if (tag) {
    return (
      <Empty title="No project has this tag" action={clear}>
        Owners put tags on a project in its settings.
      </Empty>
    );
  }
  if (status === 'archived') {
    return (
      <Empty title="Nothing is archived" action={clear}>
        What is done can be put away in its settings: it leaves this list, and everything in it stays readable.
      </Empty>
    );
  }
  if (status === 'deleted') {
    return (
      <Empty title="Nothing to bring back" action={clear}>
        A project that you deleted waits here for 30 days before it is gone for good.
      </Empty>
    );
  }
  return (
    <Empty title="Start with a project" action={<NewProjectButton />}>
      A project holds tasks, source code, and the runs that work on it.
    </Empty>
  );
}
