import { useSuspenseQuery } from '@tanstack/react-query';
import type { AccountRead } from '@/api/gen';
import { endUserSessionsMutation, listUserSessionsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Ago } from '@/components/ui/ago';
import { Button } from '@/components/ui/button';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { plural } from '@/lib/format';
import { say, sayFailed } from '@/lib/toasts';

/** Where an account is signed in, and a way to end all of it. */
export function AccountSessions({ account }: { account: AccountRead }) {
  const path = { user_id: account.id };
  const { items } = useSuspenseQuery(listUserSessionsOptions({ path })).data;
  const end = useAction(endUserSessionsMutation(), {
    onSuccess: ({ data }) => {
      void say(`${plural(data.sessions_ended, 'session')} ended`);
      return stale('listUserSessions', 'getUser', 'listUsers');
    },
    onError: (error) => void sayFailed('The sessions were not ended', error),
  });
  if (!items.length) return <p className="text-mute">Nowhere.</p>;
  return (
    <div className="grid justify-items-start gap-3">
      <ul className="w-full rounded-card border border-line bg-panel">
        {items.map((session) => (
          <li key={session.id} className="border-line border-b px-3.5 py-2.5 last:border-0">
            <p className="truncate font-[520]">{session.device}</p>
            <p className="text-mute text-xs">
              <span className="num">{session.address}</span> · seen <Ago at={session.last_seen_at} />
            </p>
          </li>
        ))}
      </ul>
      <Button busy={end.isPending && 'Ending them…'} onClick={() => end.mutate({ path })}>
        Sign out everywhere
      </Button>
    </div>
  );
}
