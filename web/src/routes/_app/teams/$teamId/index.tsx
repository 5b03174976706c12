import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { TeamRead } from '@/api/gen';
import { listTeamInvitationsOptions, listTeamMembersOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { NotRead } from '@/components/not-read';
import { Pager } from '@/components/pager';
import { Button } from '@/components/ui/button';
import { BoneRows } from '@/components/ui/skeleton';
import { useWhyNotInTeam } from '@/features/teams/rights';
import { TeamInvitationRow } from '@/features/teams/team-invitation-row';
import { TeamMemberRow } from '@/features/teams/team-member-row';
import { useTeam } from '@/features/teams/use-team';
import { problem } from '@/lib/problem';

type Search = { page?: number | undefined };

const PAGE_SIZE = 50;
const LIST = 'overflow-hidden rounded-panel border border-line bg-panel';

const load = () => import('@/features/teams/invite-to-team');
const InviteToTeam = lazy(load);

function options(teamId: string, { page = 1 }: Search) {
  return listTeamMembersOptions({ path: { team_id: teamId }, query: { page, page_size: PAGE_SIZE } });
}

export const Route = createFileRoute('/_app/teams/$teamId/')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => void context.queryClient.prefetchQuery(options(params.teamId, deps)),
  component: People,
});

function People() {
  const team = useTeam(Route.useParams().teamId);
  return (
    <div className="grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-6 px-4 py-5 md:px-[1.125rem]">
      {team.description && <p className="max-w-prose text-mute [overflow-wrap:anywhere]">{team.description}</p>}
      <Members team={team} />
      {team.permissions.includes('team:manage') && <Invitations team={team} />}
    </div>
  );
}

function Members({ team }: { team: TeamRead }) {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const [inviting, setInviting] = useState(false);
  const denied = useWhyNotInTeam(team, 'team:manage');
  const { data, error, refetch } = useQuery({ ...options(team.id, search), placeholderData: keepPreviousData });
  if (error) return <Broken error={problem(error)} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="The team is on its way" />;
  return (
    <section aria-labelledby="members">
      <div className="mb-2 flex items-center gap-4">
        <h2 id="members" className="flex-1">
          Members <span className="num font-normal text-faint">{data.total}</span>
        </h2>
        <Button
          look="ink"
          icon={<UserPlus />}
          denied={denied}
          onPointerEnter={() => void load()}
          onFocus={() => void load()}
          onClick={() => setInviting(true)}
        >
          Invite
        </Button>
      </div>
      <ul className={LIST}>
        {data.items.map((member) => (
          <TeamMemberRow key={member.user_id} team={team} member={member} />
        ))}
      </ul>
      {data.total === 1 && !denied && (
        <p className="mt-2 text-mute">Only you so far. Invite those you work with, by e-mail or username.</p>
      )}
      <Pager
        page={data.page}
        pageSize={data.page_size}
        total={data.total}
        what="members"
        onPage={(page) => void navigate({ search: { page } })}
      />
      <Suspense>{inviting && <InviteToTeam team={team} onClose={() => setInviting(false)} />}</Suspense>
    </section>
  );
}

/** Who was invited and has not answered yet, for those who may take it back. */
function Invitations({ team }: { team: TeamRead }) {
  const read = useQuery(listTeamInvitationsOptions({ path: { team_id: team.id }, query: { page_size: PAGE_SIZE } }));
  const { data } = read;
  if (read.isError && !data) return <NotRead what="The invitations" of={read} />;
  if (!data?.items.length) return null;
  return (
    <section aria-labelledby="invited">
      <h2 id="invited" className="mb-2">
        Invited <span className="num font-normal text-faint">{data.total}</span>
      </h2>
      <ul className={LIST}>
        {data.items.map((invitation) => (
          <TeamInvitationRow key={invitation.id} team={team} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}
