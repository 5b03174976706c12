import { Plus } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { addTasks } from '@/api/gen';
import { Offers } from '@/components/completing/offers';
import { useCompleting } from '@/components/completing/use-completing';
import { inputClass } from '@/components/ui/field';
import { type Problem, problem } from '@/lib/problem';
import { learnOf } from './change';
import { asField } from './due';
import { MARKS, useQuickOffers } from './quick-offers';
import { STATUSES, type Status } from './words';

type QuickAddProps = { projectId: string; status: Status };

/** A line and Enter make a task at the end of the column; the next can be typed at once. Several lines make several. */
export function QuickAdd({ projectId, status }: QuickAddProps) {
  const [open, setOpen] = useState(false);
  const [title, setTitle] = useState('');
  const [error, setError] = useState<Problem | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const completing = useCompleting({
    box,
    marks: MARKS,
    projectId,
    useOffers: useQuickOffers,
    setText: setTitle,
  });
  const column = STATUSES[status].word;

  async function add() {
    const wanted = title.trim();
    if (!wanted) return;
    setTitle('');
    setError(null);
    try {
      const body = { text: wanted, status, today: asField(new Date().toISOString()) };
      learnOf((await addTasks({ path: { project_id: projectId }, body })).data.data);
    } catch (reason) {
      setError(problem(reason));
      // What was typed meanwhile is kept.
      setTitle((now) => now || wanted);
    }
  }

  function close() {
    setOpen(false);
    setError(null);
    requestAnimationFrame(() => opener.current?.focus());
  }

  function key(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || completing.onKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void add();
    }
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
  }

  if (!open) {
    return (
      <div className="sticky bottom-0 z-2 bg-bg py-1">
        <button
          ref={opener}
          type="button"
          data-add=""
          aria-label={`Add task to ${column}`}
          aria-keyshortcuts="Q"
          onClick={() => setOpen(true)}
          className="flex h-8 w-full items-center gap-2 rounded-ctl px-2.5 text-left text-mute hover:bg-raise hover:text-fg"
        >
          <Plus className="size-3.5" />
          Add task
        </button>
      </div>
    );
  }
  return (
    <div className="sticky bottom-0 z-2 grid gap-1 bg-bg pt-1 pb-2">
      <textarea
        ref={box}
        {...completing.aria}
        rows={1}
        aria-label={`Title of a new task in ${column}`}
        placeholder="Title, then Enter"
        // biome-ignore lint/a11y/noAutofocus: it stands where the button was that asked for it
        autoFocus
        value={title}
        maxLength={50_000}
        aria-invalid={error ? true : undefined}
        onChange={(event) => {
          setTitle(event.target.value);
          completing.look();
        }}
        onSelect={completing.look}
        onKeyDown={key}
        onBlur={() => {
          completing.close();
          if (!title.trim()) setOpen(false);
        }}
        className={`${inputClass} h-auto! max-h-40 min-h-(--ctl) resize-none py-1 leading-snug [field-sizing:content]`}
      />
      <Offers of={completing} label="Suggestions" />
      {error && (
        <p role="alert" className="px-1 text-bad text-xs">
          {error.fields.text ?? error.message}
        </p>
      )}
      {!error && (
        <p className="px-1 text-faint text-xs pointer-coarse:hidden">
          <code>*label</code> <code>@name</code> <code>!high</code> <code>tomorrow</code>
          <br />
          <code>Shift+Enter</code> begins a further task
        </p>
      )}
    </div>
  );
}
