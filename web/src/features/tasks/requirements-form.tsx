import { type FormEvent, useState } from 'react';
import { type Requirement, type TaskRead, updateTask } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { inputClass } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';
import { type Problem, problem } from '@/lib/problem';
import { learn, pathOf } from './change';
import { KINDS, type Kind } from './requirements';

const ALL = Object.keys(KINDS) as Kind[];
const USUAL_SCORE = 8;

/** Chooses what has to be shown before a task is done. */
export default function RequirementsForm({ task, onEnd }: { task: TaskRead; onEnd: () => void }) {
  const [error, setError] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const kept = new Map(task.requires.map((one) => [one.kind, one]));

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const wanted = ALL.filter((kind) => form.getAll('kind').includes(kind));
    const requires = wanted.map(
      (kind): Requirement =>
        kind === 'analysis_score' ? { kind, at_least: Number(text(form, 'at_least')) } : { kind },
    );
    setBusy(true);
    try {
      learn((await updateTask({ path: pathOf(task), body: { requires } })).data.data);
      void stale('listTaskEvidence', 'listTaskActivity');
      onEnd();
    } catch (reason) {
      setError(problem(reason));
      setBusy(false);
    }
  }

  return (
    <form
      onSubmit={save}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onEnd();
      }}
      className="grid gap-3 rounded-panel border border-line bg-panel p-3"
    >
      {error && <Notice tone="bad">{error.message}</Notice>}
      <fieldset className="grid gap-2.5">
        <legend className="mb-2 text-mute">It can be done only with:</legend>
        {ALL.map((kind, place) => (
          <div key={kind} className="grid grid-cols-[1rem_minmax(0,1fr)] gap-x-2.5">
            <input
              type="checkbox"
              id={`requires-${kind}`}
              name="kind"
              value={kind}
              defaultChecked={kept.has(kind)}
              // biome-ignore lint/a11y/noAutofocus: it stands where the button was that asked for it
              autoFocus={place === 0}
              aria-describedby={`requires-${kind}-hint`}
              className="mt-0.5 size-4 accent-ink"
            />
            <div>
              <span className="flex flex-wrap items-center gap-2">
                <label htmlFor={`requires-${kind}`}>{KINDS[kind].word}</label>
                {kind === 'analysis_score' && (
                  <input
                    type="number"
                    name="at_least"
                    aria-label="The least score"
                    required
                    min={0}
                    max={10}
                    step={0.1}
                    defaultValue={kept.get(kind)?.at_least ?? USUAL_SCORE}
                    className={`${inputClass} num w-20!`}
                  />
                )}
              </span>
              <p id={`requires-${kind}-hint`} className="text-mute text-xs">
                {KINDS[kind].hint}
              </p>
            </div>
          </div>
        ))}
      </fieldset>
      <div className="flex gap-2">
        <Button type="submit" look="ink" busy={busy && 'Saving…'}>
          Save
        </Button>
        <Button onClick={onEnd}>Keep it as it was</Button>
      </div>
    </form>
  );
}
