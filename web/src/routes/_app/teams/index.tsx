import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useCallback } from 'react';
import { listTeamsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Page } from '@/components/page';
import { Pager } from '@/components/pager';
import { SearchBox } from '@/components/search-box';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { BoneRows } from '@/components/ui/skeleton';
import { MyTeamInvitations } from '@/features/teams/my-team-invitations';
import { NewTeamButton } from '@/features/teams/new-team-button';
import { TeamRow } from '@/features/teams/team-row';
import { problem } from '@/lib/problem';

type Search = { q?: string | undefined; page?: number | undefined };

const PAGE_SIZE = 30;

function options({ q, page = 1 }: Search) {
  return listTeamsOptions({ query: { page, page_size: PAGE_SIZE, ...(q ? { q } : {}) } });
}

export const Route = createFileRoute('/_app/teams/')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    q: typeof search.q === 'string' && search.q ? search.q : undefined,
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchQuery(options(deps)),
  component: Teams,
});

function Teams() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const find = useCallback((q: string) => void navigate({ search: { q: q || undefined }, replace: true }), [navigate]);
  const { data, error, refetch } = useQuery({ ...options(search), placeholderData: keepPreviousData });
  const none = data?.total === 0 && !search.q;
  return (
    <Page
      title="Teams"
      actions={<NewTeamButton icon={<Plus />} />}
      below={
        !none && (
          <div className="border-line border-t px-4 py-2 md:px-[1.125rem]">
            <SearchBox label="Find a team" value={search.q ?? ''} onChange={find} className="w-full sm:w-72" />
          </div>
        )
      }
    >
      <MyTeamInvitations />
      {error && !data && <Broken error={problem(error)} reset={() => void refetch()} />}
      {!error && !data && <BoneRows label="Teams are on their way" />}
      {data && data.items.length > 0 && (
        <>
          <ul className="border-line border-b">
            {data.items.map((team) => (
              <TeamRow key={team.id} team={team} />
            ))}
          </ul>
          <Pager
            page={data.page}
            pageSize={data.page_size}
            total={data.total}
            what="teams"
            onPage={(page) => void navigate({ search: { ...search, page } })}
          />
        </>
      )}
      {data && !data.items.length && <Nothing q={search.q} onClear={() => find('')} />}
    </Page>
  );
}

/** Why the list is empty, and the way out. */
function Nothing({ q, onClear }: { q: string | undefined; onClear: () => void }) {
  if (q) {
    return (
      <Empty title="No team matches" action={<Button onClick={onClear}>Clear the search</Button>}>
        None of your teams has “{q}” in its name or description.
      </Empty>
    );
  }
  return (
    <Empty title="Work with the same people twice?" action={<NewTeamButton />}>
      Gather them in a team, and grant it each project in one step. Whoever joins the team is in its projects at once,
      and whoever leaves it is out of them.
    </Empty>
  );
}
