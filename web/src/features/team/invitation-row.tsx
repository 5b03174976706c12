import { useState } from 'react';
import type { InvitationRead, InvitationSent, ProjectRead } from '@/api/gen';
import { resendInvitationMutation, revokeInvitationMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Dialog } from '@/components/ui/dialog';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';
import { InvitedRow, nameOf } from './invited-row';
import { LinkToSend } from './link-to-send';
import { roleLabel } from './roles';

/** Somebody who was invited into a project; sent again, there is another link. */
export function InvitationRow({ project, invitation }: { project: ProjectRead; invitation: InvitationRead }) {
  const [sent, setSent] = useState<InvitationSent | null>(null);
  const path = { project_id: project.id, invitation_id: invitation.id };
  const name = nameOf(invitation);
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
    <InvitedRow
      invitation={invitation}
      role={roleLabel(invitation.role)}
      resend={{ isPending: resend.isPending, mutate: () => resend.mutate({ path }) }}
      revoke={{ isPending: revoke.isPending, mutate: () => revoke.mutate({ path }) }}
    >
      {sent && (
        <Dialog open onOpenChange={() => setSent(null)} title="Invited again">
          <LinkToSend invitation={sent} />
        </Dialog>
      )}
    </InvitedRow>
  );
}
