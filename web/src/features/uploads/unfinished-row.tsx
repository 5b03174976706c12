import { useRef, useState } from 'react';
import type { UploadRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { Button } from '@/components/ui/button';
import { Meter } from '@/components/ui/meter';
import { bytes, percent } from '@/lib/format';
import { discard, give, type Place } from '@/lib/uploads';

/** An upload that was broken off. Browsers keep no file over a reload, so it is asked for again. */
export function UnfinishedRow({ upload, place }: { upload: UploadRead; place: Place }) {
  const field = useRef<HTMLInputElement>(null);
  const [going, setGoing] = useState(false);
  const share = upload.size_bytes ? (100 * upload.received_bytes) / upload.size_bytes : 0;
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <p className="min-w-40 flex-1">
          <span className="block truncate font-[520]">{upload.name}</span>
          <span className="num text-mute text-xs">
            {percent(share, 0)} of {bytes(upload.size_bytes)} is here. Begun <Ago at={upload.created_at} />.
          </span>
        </p>
        <Button size="sm" onClick={() => field.current?.click()}>
          Choose the same file to go on
        </Button>
        <Button
          size="sm"
          busy={going && 'Discarding…'}
          onClick={() => {
            setGoing(true);
            void discard(upload.id).finally(() => setGoing(false));
          }}
        >
          Discard
        </Button>
      </div>
      <Meter value={share} label={`How much of ${upload.name} is here`} />
      <input
        ref={field}
        type="file"
        hidden
        aria-label={`Go on with ${upload.name}`}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) give(place, file, upload);
        }}
      />
    </div>
  );
}
