import type { FormEvent } from 'react';
import type { TeamRead } from '@/api/gen';
import { inviteToTeamMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';
import { say } from '@/lib/toasts';
import { RoleChoice } from './role-choice';
import { TEAM_ROLES } from './roles';

/** Asks whom to invite into a team, and as what. */
export default function InviteToTeam({ team, onClose }: { team: TeamRead; onClose: () => void }) {
  const invite = useAction(inviteToTeamMutation(), {
    onSuccess: ({ data }) => {
      onClose();
      void say(`${data.email ?? data.username} is invited`);
      return stale('listTeamInvitations');
    },
  });
  const fields = invite.error?.fields ?? {};
  const wrong = fields.email ?? fields.username;
  // Owners alone make owners.
  const roles = team.permissions.includes('team:delete')
    ? TEAM_ROLES
    : TEAM_ROLES.filter(({ value }) => value !== 'owner');

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const who = text(form, 'who');
    const role = roles.find(({ value }) => value === form.get('role'))?.value ?? 'member';
    const whom = who.includes('@') ? { email: who } : { username: who };
    invite.mutate({ path: { team_id: team.id }, body: { ...whom, role } });
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Invite to ${team.name}`}
      description="They say yes or no themselves, on their page of teams. An invitation waits for 14 days."
    >
      <form onSubmit={submit} className="grid gap-4">
        {invite.error && !wrong && <Notice tone="bad">{invite.error.message}</Notice>}
        <TextField
          label="E-mail or username"
          name="who"
          required
          maxLength={254}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          hint="By e-mail, whoever has confirmed that address here finds the invitation."
          error={wrong}
        />
        <RoleChoice roles={roles} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="ink" busy={invite.isPending && 'Inviting…'}>
            Invite
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
