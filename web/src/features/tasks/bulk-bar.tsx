import { Trash2, X } from 'lucide-react';
import type { TaskSummary } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { plural } from '@/lib/format';
import { discardAll } from './change';
import { choose, type Part } from './chooser';

const PARTS: { part: Part; word: string }[] = [
  { part: 'status', word: 'Status' },
  { part: 'priority', word: 'Priority' },
  { part: 'assignee', word: 'Assignee' },
  { part: 'labels', word: 'Labels' },
];

/** What can be done with all the chosen rows at once. */
export function BulkBar({ tasks, onClear }: { tasks: readonly TaskSummary[]; onClear: () => void }) {
  return (
    <div className="sticky bottom-3 z-10 mx-auto mt-auto flex w-fit max-w-[calc(100%-1.5rem)] flex-wrap items-center gap-1.5 rounded-panel border border-edge bg-panel p-1.5 max-md:bottom-[calc(3.75rem+env(safe-area-inset-bottom))]">
      <p role="status" className="num px-2 font-[520]">
        {plural(tasks.length, 'task')} chosen
      </p>
      {PARTS.map(({ part, word }) => (
        <Button
          key={part}
          size="sm"
          aria-haspopup="menu"
          onClick={(event) => choose({ tasks, part, anchor: event.currentTarget })}
        >
          {word}
        </Button>
      ))}
      <Button
        size="sm"
        look="bad"
        icon={<Trash2 />}
        onClick={() => {
          onClear();
          void discardAll(tasks);
        }}
      >
        Delete
      </Button>
      <Button size="sm" look="quiet" icon={<X />} aria-label="Choose none" onClick={onClear} />
    </div>
  );
}
