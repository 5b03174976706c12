import { useQuery } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { createSessionLinkMutation, listSessionsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { QrCode } from '@/components/qr-code';
import { Button } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { Dialog } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { Bone } from '@/components/ui/skeleton';
import { useAction } from '@/lib/action';
import { clock } from '@/lib/time';

const LIFE = 90_000;

/** A link for another device: a code for its camera, the address for its keyboard, and how long both still work. */
export default function LinkDeviceDialog({ onClose }: { onClose: () => void }) {
  const [until, setUntil] = useState(0);
  const { mutate, data, error, isPending } = useAction(createSessionLinkMutation(), {
    onSuccess: () => setUntil(Date.now() + LIFE),
  });
  const arrived = useArrival();
  const left = useTimeLeft(until);
  useEffect(() => mutate({}), [mutate]);
  const over = data && !isPending && left <= 0;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Sign in on another device"
      description={
        arrived
          ? undefined
          : 'Point its camera at the code, or open the link there. Whoever opens it first is signed in as you.'
      }
    >
      {arrived ? (
        <p className="flex items-center gap-2.5 py-2">
          <Check aria-hidden="true" className="size-4 shrink-0 text-ok" />
          <span role="status">
            <b className="font-semibold">{arrived}</b> is signed in as you.
          </span>
        </p>
      ) : error ? (
        <Notice tone="bad">{error.message}</Notice>
      ) : (
        <Link url={isPending || over ? undefined : data?.url} left={left} over={Boolean(over)} />
      )}
      <div className="flex justify-end gap-2">
        {!arrived && (over || error) && (
          <Button look="ink" busy={isPending && 'Making it…'} onClick={() => mutate({})}>
            Make another
          </Button>
        )}
        <Button look={arrived ? 'ink' : 'line'} onClick={onClose}>
          {arrived ? 'Done' : 'Close'}
        </Button>
      </div>
    </Dialog>
  );
}

function Link({ url, left, over }: { url: string | undefined; left: number; over: boolean }) {
  return (
    <>
      <div className="mx-auto grid size-52 place-items-center overflow-hidden rounded-card border border-line">
        {url ? (
          <QrCode text={url} label="Code that holds the link" className="size-full" />
        ) : over ? (
          <p role="status" className="px-6 text-center text-mute [text-wrap:balance]">
            The link has expired without being used.
          </p>
        ) : (
          <Bone className="late size-full" />
        )}
      </div>
      {url && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
          <div className="flex items-center gap-2 rounded-ctl border border-edge py-0.5 pr-1 pl-2.5">
            <code className="min-w-0 flex-1 truncate">{url.replace(/^https?:\/\//, '')}</code>
            <Copy text={url} what="the link" />
          </div>
          <p className="num text-mute text-xs">Works once, for another {clock(left)}.</p>
          {/^https?:\/\/(localhost|127\.|\[::1\])/.test(url) && (
            <Notice tone="warn">
              Other machines cannot open this address. Open Taskyard by a name they know, and make the link there.
            </Notice>
          )}
        </div>
      )}
    </>
  );
}

/** Milliseconds until a moment, counting down. */
function useTimeLeft(until: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return until - now;
}

/** The device that signed in since this was opened; the live stream tells of it. */
function useArrival(): string | undefined {
  const { data } = useQuery(listSessionsOptions());
  const known = useRef<Set<string>>(undefined);
  if (data && !known.current) known.current = new Set(data.items.map((session) => session.id));
  return data?.items.find((session) => !known.current?.has(session.id))?.device;
}
