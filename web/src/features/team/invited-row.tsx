import { Mail, Send, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { InvitationRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';

/** An invitation into a project or a team, or an answer about one. */
type Whom = Pick<InvitationRead, 'email' | 'display_name' | 'username'>;
type Invitation = Whom & Pick<InvitationRead, 'id' | 'invited_by' | 'expires_at'> & { expired?: boolean };
type Way = { isPending: boolean; mutate: () => void };

/** How whoever is invited is called as long as little more is known of them. */
export const nameOf = ({ email, display_name, username }: Whom): string => email ?? display_name ?? username ?? '';

type InvitedRowProps = {
  invitation: Invitation;
  role: string;
  /** Whether whoever looks may send it again or take it back. */
  decides?: boolean;
  resend: Way;
  revoke: Way;
  children?: ReactNode;
};

/** Somebody who was invited and has not answered yet. */
export function InvitedRow({ invitation, role, decides = true, resend, revoke, children }: InvitedRowProps) {
  const name = nameOf(invitation);
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
          {role}
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
      {decides && (
        <span className="flex shrink-0">
          <Button
            look="quiet"
            size="sm"
            icon={<Send />}
            aria-label={`Invite ${name} again`}
            data-tip="Send again"
            aria-disabled={resend.isPending || undefined}
            onClick={() => resend.mutate()}
          />
          <Button
            look="quiet"
            size="sm"
            icon={<X />}
            aria-label={`Take back the invitation of ${name}`}
            data-tip="Take back"
            aria-disabled={revoke.isPending || undefined}
            onClick={() => revoke.mutate()}
          />
        </span>
      )}
      {children}
    </li>
  );
}
