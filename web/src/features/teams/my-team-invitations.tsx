import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { TeamInvitationToMe } from '@/api/gen';
import {
  acceptTeamInvitationMutation,
  declineTeamInvitationMutation,
  listMyTeamInvitationsOptions,
} from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';
import { teamRoleLabel } from './roles';

/** The invitations into teams that wait for an answer; nothing where there are none. */
export function MyTeamInvitations() {
  const { data } = useQuery(listMyTeamInvitationsOptions());
  if (!data?.items.length) return null;
  return (
    <section aria-label="Invitations" className="border-line border-b bg-raise/50">
      <ul>
        {data.items.map((invitation) => (
          <Invitation key={invitation.id} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}

function Invitation({ invitation }: { invitation: TeamInvitationToMe }) {
  const navigate = useNavigate();
  const path = { invitation_id: invitation.id };
  const over = () => stale('listMyTeamInvitations', 'listTeams', 'listProjects');
  const accept = useAction(acceptTeamInvitationMutation(), {
    onSuccess: async ({ data }) => {
      await navigate({ to: '/teams/$teamId', params: { teamId: data.id }, search: {} });
      await over();
      void say(`You are in ${invitation.team_name} now`);
    },
    onError: async (error) => {
      await over();
      void sayFailed('You did not join', error);
    },
  });
  const decline = useAction(declineTeamInvitationMutation(), {
    onSuccess: over,
    onError: (error) => void sayFailed('The answer was not kept', error),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-4 py-2.5 last:border-0 md:px-[1.125rem]">
      <p className="min-w-52 flex-1 [overflow-wrap:anywhere]">
        {invitation.invited_by ?? 'Somebody'} invites you to the team{' '}
        <span className="font-[520]">{invitation.team_name}</span>{' '}
        <span className="text-mute">as {teamRoleLabel(invitation.role).toLowerCase()}</span>
      </p>
      <span className="flex gap-2">
        <Button busy={decline.isPending && 'Declining…'} onClick={() => decline.mutate({ path })}>
          Decline
        </Button>
        <Button look="ink" busy={accept.isPending && 'Joining…'} onClick={() => accept.mutate({ path })}>
          Join
        </Button>
      </span>
    </li>
  );
}
