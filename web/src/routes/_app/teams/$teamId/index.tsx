import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { lazy } from 'react';
import type { TeamRead } from '@/api/gen';
import { listTeamInvitationsOptions, listTeamMembersOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Invited, Members } from '@/features/team/people';
import { useWhyNotInTeam } from '@/features/teams/rights';
import { TeamInvitationRow } from '@/features/teams/team-invitation-row';
import { TeamMemberRow } from '@/features/teams/team-member-row';
import { useTeam } from '@/features/teams/use-team';

type Search = { page?: number | undefined };

const PAGE_SIZE = 50;

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
      <Crew team={team} />
      {team.permissions.includes('team:manage') && <Invitations team={team} />}
    </div>
  );
}

function Crew({ team }: { team: TeamRead }) {
  const navigate = useNavigate({ from: Route.fullPath });
  const search = Route.useSearch();
  return (
    <Members
      read={useQuery({ ...options(team.id, search), placeholderData: keepPreviousData })}
      denied={useWhyNotInTeam(team, 'team:manage')}
      row={(member) => <TeamMemberRow key={member.user_id} team={team} member={member} />}
      preload={load}
      dialog={(close) => <InviteToTeam team={team} onClose={close} />}
      onPage={(page) => void navigate({ search: { page } })}
    />
  );
}

function Invitations({ team }: { team: TeamRead }) {
  const query = listTeamInvitationsOptions({ path: { team_id: team.id }, query: { page_size: PAGE_SIZE } });
  return (
    <Invited
      read={useQuery(query)}
      row={(invitation) => <TeamInvitationRow key={invitation.id} team={team} invitation={invitation} />}
    />
  );
}
