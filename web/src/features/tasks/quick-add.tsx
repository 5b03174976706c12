import { Plus } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { createTask } from '@/api/gen';
import { inputClass } from '@/components/ui/field';
import { type Problem, problem } from '@/lib/problem';
import { learn } from './change';
import { STATUSES, type Status } from './words';

type QuickAddProps = { projectId: string; status: Status };

/** A title and Enter make a task at the end of the column; the next can be typed at once. */
export function QuickAdd({ projectId, status }: QuickAddProps) {
  const [open, setOpen] = useState(false);
  const [title, setTitle] = useState('');
  const [error, setError] = useState<Problem | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const column = STATUSES[status].word;

  async function add() {
    const wanted = title.trim();
    if (!wanted) return;
    setTitle('');
    setError(null);
    try {
      learn((await createTask({ path: { project_id: projectId }, body: { title: wanted, status } })).data.data);
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
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') void add();
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
  }

  if (!open) {
    return (
      <button
        ref={opener}
        type="button"
        aria-label={`Add task to ${column}`}
        onClick={() => setOpen(true)}
        className="sticky bottom-0 z-2 flex h-9 w-full items-center gap-2 rounded-ctl bg-bg px-2.5 text-left text-mute hover:bg-raise hover:text-fg"
      >
        <Plus className="size-3.5" />
        Add task
      </button>
    );
  }
  return (
    <div className="sticky bottom-0 z-2 grid gap-1 bg-bg pt-1 pb-2">
      <input
        aria-label={`Title of a new task in ${column}`}
        placeholder="Title, then Enter"
        // biome-ignore lint/a11y/noAutofocus: it stands where the button was that asked for it
        autoFocus
        value={title}
        maxLength={255}
        aria-invalid={error ? true : undefined}
        onChange={(event) => setTitle(event.target.value)}
        onKeyDown={key}
        onBlur={() => !title.trim() && setOpen(false)}
        className={inputClass}
      />
      {error && (
        <p role="alert" className="px-1 text-bad text-xs">
          {error.fields.title ?? error.message}
        </p>
      )}
    </div>
  );
}
