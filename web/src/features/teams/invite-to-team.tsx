import { useState } from 'react';
import type { TeamInvitationSent, TeamRead } from '@/api/gen';
import { inviteToTeamMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Dialog } from '@/components/ui/dialog';
import { InviteForm, Sent } from '@/features/team/invite-form';
import { nameOf } from '@/features/team/invited-row';
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
          <p className="[overflow-wrap:anywhere]">
            <span className="font-[520]">{nameOf(sent)}</span> {howTold(sent)}
          </p>
        </Sent>
      ) : (
        <InviteForm
          // Owners alone make owners.
          roles={team.permissions.includes('team:delete') ? TEAM_ROLES : ROLES_BUT_OWNER}
          hint="By e-mail, whoever has confirmed that address here finds the invitation."
          invite={{ ...invite, mutate: (body) => invite.mutate({ path: { team_id: team.id }, body }) }}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

/** How an invitation into a team, which has no link, reaches whoever it is for. */
function howTold({ email, mailed }: TeamInvitationSent): string {
  if (!email) return `finds the invitation on their page of teams${mailed ? ', and gets a letter' : ''}.`;
  return mailed
    ? 'gets a letter. Once they have confirmed that address here, the invitation is on their page of teams.'
    : 'gets no letter from here. Tell them yourself: once they have confirmed that address here, the invitation is on their page of teams.';
}
