import type { InvitationSent, TeamInvitationSent } from '@/api/gen';
import { Copy } from '@/components/ui/copy';
import { here } from './roles';

/** How an invitation reaches whoever it is for, and its link where there is one. */
export function LinkToSend({
  invitation,
  page = 'projects',
}: {
  invitation: InvitationSent | TeamInvitationSent;
  page?: 'projects' | 'teams';
}) {
  const who = invitation.email ?? invitation.display_name ?? invitation.username;
  return (
    <>
      <p className="[overflow-wrap:anywhere]">
        <span className="font-[520]">{who}</span>{' '}
        {invitation.url
          ? invitation.mailed
            ? 'gets a letter with this link. You can hand it on yourself too; it is shown this once.'
            : 'gets no letter, as no e-mail is sent here. Hand this link on yourself; it is shown this once.'
          : `finds the invitation on their page of ${page}.`}
      </p>
      {invitation.url && (
        <div className="flex items-center gap-2 rounded-card border border-line px-3 py-1.5">
          <code className="min-w-0 flex-1 truncate text-xs">{here(invitation.url)}</code>
          <Copy text={here(invitation.url)} what="link" />
        </div>
      )}
    </>
  );
}
