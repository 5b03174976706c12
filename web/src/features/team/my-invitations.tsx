import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { InvitationToMe } from '@/api/gen';
import {
  acceptInvitationMutation,
  declineInvitationMutation,
  listMyInvitationsOptions,
} from '@/api/gen/@tanstack/react-query.gen';
import { ProjectKey } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';
import { roleLabel } from './roles';

/** The invitations that wait for an answer, above one's projects; nothing where there are none. */
export function MyInvitations() {
  const { data } = useQuery(listMyInvitationsOptions());
  if (!data?.items.length) return null;
  return (
    <section aria-label="Invitations" className="border-line border-b bg-raise/50">
      <ul>
        {data.items.map((invitation) => (
          <Invitation key={invitation.id} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}

function Invitation({ invitation }: { invitation: InvitationToMe }) {
  const navigate = useNavigate();
  const path = { invitation_id: invitation.id };
  const over = () => stale('listMyInvitations', 'listProjects');
  const accept = useAction(acceptInvitationMutation(), {
    onSuccess: async ({ data }) => {
      await navigate({ to: '/projects/$projectId', params: { projectId: data.project_id } });
      await over();
      void say(`You are in ${invitation.project_name} now`);
    },
    onError: async (error) => {
      await over();
      void sayFailed('You did not join', error);
    },
  });
  const decline = useAction(declineInvitationMutation(), {
    onSuccess: over,
    onError: (error) => void sayFailed('The answer was not kept', error),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-4 py-2.5 last:border-0 md:px-[1.125rem]">
      <ProjectKey of={invitation.project_key} className="w-12 max-sm:hidden" />
      <p className="min-w-52 flex-1 [overflow-wrap:anywhere]">
        {invitation.invited_by ?? 'Somebody'} invites you to{' '}
        <span className="font-[520]">{invitation.project_name}</span>{' '}
        <span className="text-mute">as {roleLabel(invitation.role).toLowerCase()}</span>
      </p>
      <span className="flex gap-2">
        <Button busy={decline.isPending && 'Declining…'} onClick={() => decline.mutate({ path })}>
          Decline
        </Button>
        <Button look="ink" busy={accept.isPending && 'Joining…'} onClick={() => accept.mutate({ path })}>
          Join
        </Button>
      </span>
    </li>
  );
}
