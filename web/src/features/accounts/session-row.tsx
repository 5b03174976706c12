import { Monitor, Smartphone, Terminal } from 'lucide-react';
import type { SessionRead } from '@/api/gen';
import { revokeSessionMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Ago } from '@/components/ui/ago';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';

function DeviceIcon({ agent }: { agent: string }) {
  const Icon = /Mobile|Android|iPhone/.test(agent) ? Smartphone : /Mozilla/.test(agent) ? Monitor : Terminal;
  return <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-mute" strokeWidth={1.75} />;
}

/** A login on a device. */
export function SessionRow({ session }: { session: SessionRead }) {
  const revoke = useAction(revokeSessionMutation(), {
    onSuccess: () => {
      void say(`${session.device} is signed out`);
      return stale('listSessions');
    },
    onError: (error) => void sayFailed('The session was not ended', error),
  });
  return (
    <li className="flex items-start gap-3 border-line border-b px-3.5 py-2.5 last:border-0">
      <DeviceIcon agent={session.user_agent} />
      <div className="min-w-0 flex-1">
        <p className="truncate font-[520]" title={session.user_agent}>
          {session.device}
        </p>
        <p className="text-mute text-xs">
          <span className="num">{session.address}</span> ·{' '}
          {session.current ? (
            'in use now'
          ) : (
            <>
              seen <Ago at={session.last_seen_at} />
            </>
          )}
        </p>
      </div>
      {session.current ? (
        <Chip>This device</Chip>
      ) : (
        <Button
          size="sm"
          busy={revoke.isPending && 'Ending…'}
          onClick={() => revoke.mutate({ path: { session_id: session.id } })}
        >
          End
        </Button>
      )}
    </li>
  );
}
