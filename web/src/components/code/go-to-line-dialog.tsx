import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { text } from '@/lib/forms';

type GoToLineDialogProps = { last: number; onLine: (line: number) => void; onClose: () => void };

export default function GoToLineDialog({ last, onLine, onClose }: GoToLineDialogProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onLine(Number(text(new FormData(event.currentTarget), 'line')));
    onClose();
  }
  return (
    <Dialog open onOpenChange={onClose} title="Go to a line">
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
