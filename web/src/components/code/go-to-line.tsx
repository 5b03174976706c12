import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { text } from '@/lib/forms';
import { useShortcuts } from '@/lib/shortcuts';

/** The keyboard's way to a line permalink: L, a number, Enter. */
export function GoToLine({ last, onLine }: { last: number; onLine: (line: number) => void }) {
  const [asking, setAsking] = useState(false);
  useShortcuts([{ keys: 'L', does: 'Go to a line', run: () => setAsking(true) }]);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onLine(Number(text(new FormData(event.currentTarget), 'line')));
    setAsking(false);
  }

  return (
    <Dialog open={asking} onOpenChange={setAsking} title="Go to a line">
      <form onSubmit={submit} className="flex items-end gap-2">
        <div className="flex-1">
          <TextField label={`Line, 1 to ${last}`} name="line" type="number" min={1} max={last} required autoFocus />
        </div>
        <Button type="submit" look="ink">
          Go
        </Button>
      </form>
    </Dialog>
  );
}
