import { useQuery } from '@tanstack/react-query';
import type { SecurityEvent } from '@/api/gen';
import { listSecurityEventsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { Ago } from '@/components/ui/ago';

const SHOWN = 10;

const WORDS: Record<string, string> = {
  'account.registered': 'Account made',
  'account.password_changed': 'Password changed',
  'account.password_reset_asked': 'Link to reset the password asked for',
  'account.password_reset_link_made': 'Link to reset the password made by the operator',
  'account.password_reset': 'Password reset by a link',
  'account.email_verification_asked': 'Link to confirm the address asked for',
  'account.email_verified': 'Address confirmed',
  'account.email_categories_chosen': 'E-mail choices changed',
  'account.profile_changed': 'Profile changed',
  'account.sign_in_refused': 'Sign-in refused',
  'session.started': 'Signed in',
  'session.link_made': 'Sign-in link made',
  'session.linked': 'Signed in by a link made on',
  'session.ended': 'Session ended',
  'account.role_changed': 'Role changed by an administrator',
  'account.tier_granted': 'Tier changed by an administrator',
  'account.deactivated': 'Account deactivated',
  'account.activated': 'Account activated again',
  'account.signed_out': 'Signed out everywhere by an administrator',
};

function where({ details }: SecurityEvent): string {
  return [details.device, details.address].filter((part) => typeof part === 'string').join(', ');
}

/** What touched the safety of one's account lately. A refused sign-in that was not one's own is a warning. */
export function SecurityLog() {
  const read = useQuery(listSecurityEventsOptions());
  const { data } = read;
  if (read.isError && !data) return <NotRead what="What happened" of={read} />;
  return (
    <ul className="grid gap-1.5">
      {data?.items.slice(0, SHOWN).map((event) => (
        <li key={event.id} className="flex items-baseline gap-3">
          <span className={event.name === 'account.sign_in_refused' ? 'text-bad' : ''}>
            {WORDS[event.name] ?? event.name}
          </span>
          <span className="num min-w-0 flex-1 truncate text-mute text-xs">{where(event)}</span>
          <Ago at={event.at} className="shrink-0 text-mute text-xs" />
        </li>
      ))}
    </ul>
  );
}
