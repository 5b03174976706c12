import { useEffect, useState } from 'react';
import type { TaskRead } from '@/api/gen';
import { change } from './change';
import { asField } from './due';

const FIELD =
  'num -mx-2 ctl rounded-ctl border border-transparent bg-transparent px-2 hover:border-edge hover:bg-panel ' +
  'focus-visible:border-ink focus-visible:bg-panel focus-visible:outline-none disabled:hover:border-transparent';

/** The day a task is due, saved when it is chosen. */
export function DueField({ task, may }: { task: TaskRead; may: boolean }) {
  const kept = asField(task.due_date);
  const [typed, setTyped] = useState(kept);
  useEffect(() => setTyped(kept), [kept]);

  function save() {
    if (typed === kept) return;
    const due_date = typed || null;
    void change({ task, body: { due_date }, show: { due_date: due_date && `${due_date}T00:00:00Z` } }).then(
      (done) => done || setTyped(kept),
    );
  }

  return (
    <input
      type="date"
      aria-label="Due"
      value={typed}
      min="1970-01-01"
      max="2199-12-31"
      disabled={!may}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && save()}
      className={`${FIELD} ${typed ? '' : 'text-mute'}`}
    />
  );
}

/** How much work it is, in whatever the team counts; saved when one leaves the field. */
export function EstimateField({ task, may }: { task: TaskRead; may: boolean }) {
  const kept = task.estimate === null ? '' : String(task.estimate);
  const [typed, setTyped] = useState(kept);
  useEffect(() => setTyped(kept), [kept]);

  function save() {
    const estimate = typed.trim() ? Number(typed) : null;
    if (typed.trim() === kept || Number.isNaN(estimate)) return;
    void change({ task, body: { estimate }, show: { estimate } }).then((done) => done || setTyped(kept));
  }

  return (
    <input
      type="number"
      aria-label="Estimate"
      inputMode="decimal"
      placeholder="None"
      value={typed}
      min={0}
      max={100_000}
      step="any"
      disabled={!may}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && save()}
      className={`${FIELD} w-24`}
    />
  );
}
