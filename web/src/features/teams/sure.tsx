import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import type { Problem } from '@/lib/problem';

type SureProps = {
  title: string;
  about: string;
  yes: string;
  no: string;
  error: Problem | null;
  busy: boolean;
  onYes: () => void;
  onClose: () => void;
};

/** Asks before something that is not taken back by a press. */
export function Sure({ title, about, yes, no, error, busy, onYes, onClose }: SureProps) {
  return (
    <Dialog open onOpenChange={onClose} title={title} description={about}>
      <div className="grid gap-4">
        {error && <Notice tone="bad">{error.message}</Notice>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{no}</Button>
          <Button look="bad" busy={busy && `${yes}…`} onClick={onYes}>
            {yes}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
