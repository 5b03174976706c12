import type { TeamInvitationRead, TeamRead } from '@/api/gen';
import { resendTeamInvitationMutation, revokeTeamInvitationMutation } from '@/api/gen/@tanstack/react-query.gen';
import { InvitedRow, nameOf } from '@/features/team/invited-row';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';
import { teamRoleLabel } from './roles';

/** Somebody who was invited into a team; sent again, it waits its whole time once more. */
export function TeamInvitationRow({ team, invitation }: { team: TeamRead; invitation: TeamInvitationRead }) {
  const name = nameOf(invitation);
  const path = { team_id: team.id, invitation_id: invitation.id };
  const resend = useAction(resendTeamInvitationMutation(), {
    onSuccess: ({ data }) => {
      void say(
        data.mailed || !data.email ? `${name} is invited again` : `${name} is invited again, but gets no letter`,
      );
      return stale('listTeamInvitations');
    },
    onError: (error) => void sayFailed(`${name} was not invited again`, error),
  });
  const revoke = useAction(revokeTeamInvitationMutation(), {
    onSuccess: () => stale('listTeamInvitations'),
    onError: (error) => void sayFailed('The invitation was not taken back', error),
  });
  return (
    <InvitedRow
      invitation={invitation}
      role={teamRoleLabel(invitation.role)}
      resend={{ isPending: resend.isPending, mutate: () => resend.mutate({ path }) }}
      revoke={{ isPending: revoke.isPending, mutate: () => revoke.mutate({ path }) }}
    />
  );
}
