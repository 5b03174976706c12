import { useState } from 'react';
import type { InvitationSent, ProjectRead } from '@/api/gen';
import { inviteMemberMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Dialog } from '@/components/ui/dialog';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { InviteForm, Sent } from './invite-form';
import { LinkToSend } from './link-to-send';
import { ROLES } from './roles';

/** Asks whom to invite into a project and as what; afterwards shows the link, which is told once. */
export default function InviteDialog({ project, onClose }: { project: ProjectRead; onClose: () => void }) {
  const [sent, setSent] = useState<InvitationSent | null>(null);
  const invite = useAction(inviteMemberMutation(), {
    onSuccess: ({ data }) => {
      setSent(data);
      void stale('listInvitations');
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={sent ? 'Invited' : `Invite to ${project.name}`}
      description={sent ? undefined : 'They say yes or no themselves. An invitation waits for 14 days.'}
    >
      {sent ? (
        <Sent onAnother={() => setSent(null)} onClose={onClose}>
          <LinkToSend invitation={sent} />
        </Sent>
      ) : (
        <InviteForm
          roles={ROLES}
          hint="Somebody without an account makes one by the link."
          invite={{ ...invite, mutate: (body) => invite.mutate({ path: { project_id: project.id }, body }) }}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}
