import { Mail, X } from 'lucide-react';
import type { TeamInvitationRead, TeamRead } from '@/api/gen';
import { revokeTeamInvitationMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { sayFailed } from '@/lib/toasts';
import { teamRoleLabel } from './roles';

/** Somebody who was invited into a team and has not answered yet. */
export function TeamInvitationRow({ team, invitation }: { team: TeamRead; invitation: TeamInvitationRead }) {
  const name = invitation.email ?? invitation.display_name ?? invitation.username ?? '';
  const revoke = useAction(revokeTeamInvitationMutation(), {
    onSuccess: () => stale('listTeamInvitations'),
    onError: (error) => void sayFailed('The invitation was not taken back', error),
  });
  return (
    <li className="flex min-h-12 items-center gap-3 border-line border-b px-3.5 py-2 last:border-0">
      {invitation.email ? (
        <Mail aria-hidden="true" className="mx-1 size-4 shrink-0 text-mute" strokeWidth={1.75} />
      ) : (
        <Person id={invitation.id} name={name} size={24} />
      )}
      <div className="min-w-0 flex-1">
        <p className="truncate font-[520]">{name}</p>
        <p className="truncate text-mute text-xs">
          {teamRoleLabel(invitation.role)}
          {invitation.invited_by && ` · by ${invitation.invited_by}`} · ends <Ago at={invitation.expires_at} />
        </p>
      </div>
      <Button
        look="quiet"
        size="sm"
        icon={<X />}
        aria-label={`Take back the invitation of ${name}`}
        data-tip="Take back"
        aria-disabled={revoke.isPending || undefined}
        onClick={() => revoke.mutate({ path: { team_id: team.id, invitation_id: invitation.id } })}
      />
    </li>
  );
}
