import { Pause, Play, RotateCw, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Progress } from '@/components/ui/meter';
import { Notice } from '@/components/ui/notice';
import { bytes, percent } from '@/lib/format';
import { cancel, dismiss, type Going, pause, resume } from '@/lib/uploads';

/** An upload from this browser, on its way. */
export function GoingRow({ going }: { going: Going }) {
  if (going.step === 'refused') return <Refused going={going} />;
  const { id, name, step, inParts, sent } = going;
  const pausable = inParts && step !== 'finishing' && step !== 'paused';
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <p className="min-w-40 flex-1 truncate font-[520]">{name}</p>
        <span role="status" className="num text-mute">
          {wording(going)}
        </span>
        <span className="flex gap-1.5">
          {pausable && (
            <Button size="sm" icon={<Pause />} onClick={() => pause(id)}>
              Pause
            </Button>
          )}
          {step === 'paused' && (
            <Button size="sm" icon={<Play />} onClick={() => resume(id)}>
              Go on
            </Button>
          )}
          {step !== 'finishing' && (
            <Button size="sm" onClick={() => void cancel(id)}>
              Cancel
            </Button>
          )}
        </span>
      </div>
      <Progress value={sent * 100} label={`Uploading ${name}`} className="rounded-full" />
    </div>
  );
}

function wording({ step, sent, size, place }: Going): string {
  const done = `${percent(sent * 100, 0)} of ${bytes(size)}`;
  switch (step) {
    case 'queued':
      return 'Waits for its turn';
    case 'checking':
      return 'Comparing with what is there…';
    case 'waiting':
      return `${done} · interrupted, trying again`;
    case 'paused':
      return `${done} · paused`;
    case 'finishing':
      return place.purpose === 'source' ? 'Unpacking and checking…' : 'Putting it together…';
    default:
      return done;
  }
}

/** What trying again cannot change. */
const FINAL = new Set(['UPLOAD_OTHER_FILE', 'UPLOAD_ENDED']);

function Refused({ going: { id, name, error, inParts } }: { going: Going }) {
  const passing = !error || error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500;
  const again = inParts ? !FINAL.has(error?.code ?? '') : passing;
  return (
    <Notice
      tone="bad"
      title={`${name} was not taken`}
      action={
        <span className="flex gap-1.5">
          {again && (
            <Button size="sm" icon={<RotateCw />} onClick={() => resume(id)}>
              Try again
            </Button>
          )}
          <Button look="quiet" size="sm" icon={<X />} aria-label="Dismiss" onClick={() => dismiss(id)} />
        </span>
      }
    >
      {error?.message}
    </Notice>
  );
}
