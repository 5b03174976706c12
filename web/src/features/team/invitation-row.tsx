import { Mail, Send, X } from 'lucide-react';
import { useState } from 'react';
import type { InvitationRead, InvitationSent, ProjectRead } from '@/api/gen';
import { resendInvitationMutation, revokeInvitationMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { Dialog } from '@/components/ui/dialog';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';
import { LinkToSend } from './link-to-send';
import { roleLabel } from './roles';

/** Somebody who was invited and has not answered yet. */
export function InvitationRow({ project, invitation }: { project: ProjectRead; invitation: InvitationRead }) {
  const [sent, setSent] = useState<InvitationSent | null>(null);
  const path = { project_id: project.id, invitation_id: invitation.id };
  const name = invitation.email ?? invitation.display_name ?? invitation.username ?? '';
  const resend = useAction(resendInvitationMutation(), {
    onSuccess: ({ data }) => {
      if (data.url && !data.mailed) setSent(data);
      else void say(`${name} is invited again`);
      return stale('listInvitations');
    },
    onError: (error) => void sayFailed(`${name} was not invited again`, error),
  });
  const revoke = useAction(revokeInvitationMutation(), {
    onSuccess: () => stale('listInvitations'),
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
        <p className="text-mute text-xs [text-wrap:pretty]">
          {roleLabel(invitation.role)}
          {invitation.invited_by && ` · by ${invitation.invited_by}`}
          {!invitation.expired && (
            <>
              {' '}
              · ends <Ago at={invitation.expires_at} />
            </>
          )}
        </p>
      </div>
      {invitation.expired && <Chip tone="warn">Expired</Chip>}
      <span className="flex shrink-0">
        <Button
          look="quiet"
          size="sm"
          icon={<Send />}
          aria-label={`Invite ${name} again`}
          data-tip="Send again, with a new link"
          aria-disabled={resend.isPending || undefined}
          onClick={() => resend.mutate({ path })}
        />
        <Button
          look="quiet"
          size="sm"
          icon={<X />}
          aria-label={`Take back the invitation of ${name}`}
          data-tip="Take back"
          aria-disabled={revoke.isPending || undefined}
          onClick={() => revoke.mutate({ path })}
        />
      </span>
      {sent && (
        <Dialog open onOpenChange={() => setSent(null)} title="Invited again">
          <LinkToSend invitation={sent} />
        </Dialog>
      )}
    </li>
  );
}
