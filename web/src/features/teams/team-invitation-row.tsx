import { useState } from 'react';
import type { TeamInvitationRead, TeamInvitationSent, TeamRead } from '@/api/gen';
import { resendTeamInvitationMutation, revokeTeamInvitationMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Dialog } from '@/components/ui/dialog';
import { InvitedRow, nameOf } from '@/features/team/invited-row';
import { LinkToSend } from '@/features/team/link-to-send';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';
import { teamRoleLabel } from './roles';

/** Somebody who was invited into a team; sent again, it has another link and its whole time. */
export function TeamInvitationRow({ team, invitation }: { team: TeamRead; invitation: TeamInvitationRead }) {
  const name = nameOf(invitation);
  const [sent, setSent] = useState<TeamInvitationSent | null>(null);
  const path = { team_id: team.id, invitation_id: invitation.id };
  const resend = useAction(resendTeamInvitationMutation(), {
    onSuccess: ({ data }) => {
      // The link before ends, so that whoever hands it on needs the new one.
      if (data.url) setSent(data);
      else void say(`${name} is invited again`);
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
      decides={invitation.role !== 'owner' || team.permissions.includes('team:delete')}
      resend={{ isPending: resend.isPending, mutate: () => resend.mutate({ path }) }}
      revoke={{ isPending: revoke.isPending, mutate: () => revoke.mutate({ path }) }}
    >
      {sent && (
        <Dialog open onOpenChange={() => setSent(null)} title="Invited again">
          <LinkToSend invitation={sent} page="teams" />
        </Dialog>
      )}
    </InvitedRow>
  );
}
