import { useState } from 'react';
import type { TeamInvitationSent, TeamRead } from '@/api/gen';
import { inviteToTeamMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Dialog } from '@/components/ui/dialog';
import { InviteForm, Sent } from '@/features/team/invite-form';
import { LinkToSend } from '@/features/team/link-to-send';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { ROLES_BUT_OWNER, TEAM_ROLES } from './roles';

/** Asks whom to invite into a team and as what; afterwards says how they hear of it. */
export default function InviteToTeam({ team, onClose }: { team: TeamRead; onClose: () => void }) {
  const [sent, setSent] = useState<TeamInvitationSent | null>(null);
  const invite = useAction(inviteToTeamMutation(), {
    onSuccess: ({ data }) => {
      setSent(data);
      void stale('listTeamInvitations');
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={sent ? 'Invited' : `Invite to ${team.name}`}
      description={
        sent ? undefined : 'They say yes or no themselves, on their page of teams. An invitation waits for 14 days.'
      }
    >
      {sent ? (
        <Sent onAnother={() => setSent(null)} onClose={onClose}>
          <LinkToSend invitation={sent} page="teams" />
        </Sent>
      ) : (
        <InviteForm
          // Owners alone make owners.
          roles={team.permissions.includes('team:delete') ? TEAM_ROLES : ROLES_BUT_OWNER}
          hint="An address without an account gets a link to make one."
          invite={{ ...invite, mutate: (body) => invite.mutate({ path: { team_id: team.id }, body }) }}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}
