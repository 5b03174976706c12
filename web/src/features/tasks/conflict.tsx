import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';

type ConflictProps = {
  what: string;
  theirs: string;
  busy: boolean;
  onMine: () => void;
  onTheirs: () => void;
};

/** The same text was changed here and elsewhere: both are shown, and nothing is lost until one is chosen. */
export function Conflict({ what, theirs, busy, onMine, onTheirs }: ConflictProps) {
  return (
    <Notice tone="warn" title={`The ${what} was changed elsewhere while you wrote`}>
      <p className="mt-0.5 text-mute">Yours is still in the field. This is what was saved meanwhile:</p>
      <pre className="my-2 max-h-56 overflow-auto whitespace-pre-wrap rounded-ctl border border-line bg-panel px-2.5 py-2">
        {theirs || '(empty)'}
      </pre>
      <div className="flex flex-wrap gap-2">
        <Button size="sm" look="ink" busy={busy && 'Saving…'} onClick={onMine}>
          Save mine over it
        </Button>
        <Button size="sm" onClick={onTheirs}>
          Take theirs
        </Button>
      </div>
    </Notice>
  );
}
