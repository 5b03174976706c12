import { createFileRoute } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { openSharedFile, type SharedRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { type Given, SharedDoor } from '@/features/sharing/door';
import { useAction } from '@/lib/action';
import { bytes, plural } from '@/lib/format';

export const Route = createFileRoute('/_door/shared')({ component: Shared });

const open = async (body: Given) => (await openSharedFile({ body })).data.data;

/** What somebody sees who was sent a link to a file. */
function Shared() {
  return (
    <SharedDoor title="A file for you" nothing="Nothing to fetch" open={open}>
      {(shared, given) => <Ready shared={shared} given={given} />}
    </SharedDoor>
  );
}

type ReadyProps = { shared: SharedRead; given: Given };

function Ready({ shared, given }: ReadyProps) {
  const fetch = useAction({
    // Asked for anew: the address of the content is good for ten minutes, and the link may have ended.
    mutationFn: () => open(given),
  });
  const { downloads_left: left } = fetch.data ?? shared;
  return (
    <>
      <h1 className="mt-5 text-2xl [overflow-wrap:anywhere]">{shared.name}</h1>
      <p className="num mt-2 text-mute">
        {bytes(shared.size_bytes)} · {shared.content_type}
      </p>
      <div className="mt-6 grid gap-4">
        {fetch.error && <Notice tone="bad">{fetch.error.message}</Notice>}
        <Button
          look="ink"
          icon={<Download />}
          busy={fetch.isPending && 'Fetching…'}
          onClick={() => fetch.mutate(undefined, { onSuccess: ({ url }) => location.assign(url) })}
        >
          Download
        </Button>
        <p className="text-mute text-xs">
          {shared.shared_by} shared it with you. The link ends <Ago at={shared.expires_at} />
          {left !== null && `, or after ${plural(left, 'more download')}`}.
        </p>
        <Notice>Open it only if you expected it: nobody has checked what is in it.</Notice>
      </div>
    </>
  );
}
