import { Pencil } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import type { TaskRead } from '@/api/gen';
import { Prose } from '@/components/prose';
import { Button } from '@/components/ui/button';
import { inputClass } from '@/components/ui/field';
import { Kbd } from '@/components/ui/kbd';
import { Notice } from '@/components/ui/notice';
import { draftOf } from '@/features/comments/drafts';
import { say, sayFailed } from '@/lib/toasts';
import { Conflict } from './conflict';
import { saveText } from './save-text';
import { ticked } from './ticking';
import { useDraft } from './use-draft';
import { useText } from './use-text';

/** A task's description: read as it is rendered, written as Markdown. */
export function Description({ task, may }: { task: TaskRead; may: boolean }) {
  const [editing, setEditing] = useState(() => may && draftOf(nameOf(task)) !== '');
  // Counts what was refused: the box is drawn anew then, as it really is.
  const [refused, setRefused] = useState(0);

  async function tick(line: number, on: boolean) {
    try {
      const next = ticked(task.description, line, on);
      const done = next === undefined ? undefined : await saveText(task, 'description', next);
      if (done && 'saved' in done) return;
      void say('The description was changed elsewhere; tick it there');
    } catch (error) {
      void sayFailed('The box was not ticked', error);
    }
    setRefused((count) => count + 1);
  }

  if (editing) return <Editor task={task} onEnd={() => setEditing(false)} />;
  if (!task.description) {
    if (!may) return <p className="text-mute">No description.</p>;
    return (
      <button
        type="button"
        onClick={() => setEditing(true)}
        className="rounded-card border border-edge border-dashed px-3 py-3 text-left text-mute hover:border-faint hover:text-fg"
      >
        Describe what is to be done, and how one knows that it is.
      </button>
    );
  }
  return (
    <section aria-label="Description" className="grid grid-cols-[minmax(0,1fr)] justify-items-start gap-2">
      <Prose
        key={`${task.description_html}:${refused}`}
        html={task.description_html}
        onTick={may ? (line, on) => void tick(line, on) : undefined}
      />
      {may && (
        <Button size="sm" look="quiet" icon={<Pencil />} className="-ml-2" onClick={() => setEditing(true)}>
          Edit the description
        </Button>
      )}
    </section>
  );
}

const nameOf = (task: TaskRead) => `task:${task.id}:description`;

function Editor({ task, onEnd }: { task: TaskRead; onEnd: () => void }) {
  const [text, setText, dropDraft] = useDraft(nameOf(task), task.description);
  const end = () => {
    dropDraft();
    onEnd();
  };
  const { begun, theirs, error, busy, save } = useText(task, 'description', end);
  const send = () => (text === begun.description ? end() : void save(text));

  function key(event: KeyboardEvent) {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) send();
    if (event.key === 'Escape') {
      event.stopPropagation();
      // What was written stays until it is saved or given up.
      if (text === begun.description) end();
    }
  }

  return (
    <div className="grid gap-2">
      <textarea
        aria-label="Description"
        // biome-ignore lint/a11y/noAutofocus: it stands where the button was that asked for it
        autoFocus
        maxLength={50_000}
        rows={6}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={key}
        aria-invalid={error ? true : undefined}
        className={`${inputClass} h-auto! max-h-[60dvh] min-h-32 py-2 leading-relaxed [field-sizing:content]`}
      />
      {error && <Notice tone="bad">{error.fields.description ?? error.message}</Notice>}
      {theirs && (
        <Conflict
          what="description"
          theirs={theirs.description}
          busy={busy}
          onMine={() => void save(text, theirs)}
          onTheirs={end}
        />
      )}
      {!theirs && (
        <div className="flex items-center gap-2">
          <Button look="ink" busy={busy && 'Saving…'} after={<Kbd keys="Mod+Enter" inverse />} onClick={send}>
            Save
          </Button>
          <Button onClick={end}>Cancel</Button>
          <span className="ml-auto text-faint text-xs">Markdown</span>
        </div>
      )}
    </div>
  );
}
