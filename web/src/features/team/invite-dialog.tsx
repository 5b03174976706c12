import { type FormEvent, useState } from 'react';
import type { InvitationSent, ProjectRead } from '@/api/gen';
import { inviteMemberMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';
import { LinkToSend } from './link-to-send';
import { ROLES } from './roles';

/** Asks whom to invite and as what; afterwards shows the link, which is told once. */
export default function InviteDialog({ project, onClose }: { project: ProjectRead; onClose: () => void }) {
  const [sent, setSent] = useState<InvitationSent | null>(null);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={sent ? 'Invited' : `Invite to ${project.name}`}
      description={sent ? undefined : 'They say yes or no themselves. An invitation waits for 14 days.'}
    >
      {sent ? (
        <Sent invitation={sent} onAnother={() => setSent(null)} onClose={onClose} />
      ) : (
        <Ask project={project} onSent={setSent} onClose={onClose} />
      )}
    </Dialog>
  );
}

type AskProps = { project: ProjectRead; onSent: (invitation: InvitationSent) => void; onClose: () => void };

function Ask({ project, onSent, onClose }: AskProps) {
  const invite = useAction(inviteMemberMutation(), {
    onSuccess: ({ data }) => {
      onSent(data);
      void stale('listInvitations');
    },
  });
  const fields = invite.error?.fields ?? {};
  const wrong = fields.email ?? fields.username;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const who = text(form, 'who');
    const role = ROLES.find(({ value }) => value === form.get('role'))?.value ?? 'member';
    const whom = who.includes('@') ? { email: who } : { username: who };
    invite.mutate({ path: { project_id: project.id }, body: { ...whom, role } });
  }

  return (
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
        hint="Somebody without an account makes one by the link."
        error={wrong}
      />
      <fieldset className="grid gap-2.5">
        <legend className="mb-2 font-[520]">As</legend>
        {ROLES.map((role, index) => (
          <label key={role.value} className="flex items-start gap-2.5">
            <input
              type="radio"
              name="role"
              value={role.value}
              defaultChecked={index === 0}
              className="mt-0.5 size-4 shrink-0 accent-ink"
            />
            <span>
              <span className="font-[520]">{role.label}</span> <span className="text-mute">{role.about}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="ink" busy={invite.isPending && 'Inviting…'}>
          Invite
        </Button>
      </div>
    </form>
  );
}

type SentProps = { invitation: InvitationSent; onAnother: () => void; onClose: () => void };

function Sent({ invitation, onAnother, onClose }: SentProps) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <LinkToSend invitation={invitation} />
      <div className="flex justify-end gap-2">
        <Button onClick={onAnother}>Invite somebody else</Button>
        <Button look="ink" onClick={onClose} autoFocus>
          Done
        </Button>
      </div>
    </div>
  );
}
