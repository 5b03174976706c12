import { useState } from 'react';
import type { TaskRead } from '@/api/gen';
import { type Problem, problem } from '@/lib/problem';
import { saveText, type TextField } from './save-text';

/** Editing one text of a task: from what it was begun with, to saved, or to two versions to choose from. */
export function useText(task: TaskRead, field: TextField, onSaved: () => void) {
  const [begun, setBegun] = useState(task);
  const [theirs, setTheirs] = useState<TaskRead | null>(null);
  const [error, setError] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  async function save(value: string, over: TaskRead = begun) {
    setBusy(true);
    setError(null);
    try {
      const ended = await saveText(over, field, value);
      if ('theirs' in ended) {
        setTheirs(ended.theirs);
        return;
      }
      setTheirs(null);
      onSaved();
    } catch (reason) {
      setError(problem(reason));
    } finally {
      setBusy(false);
    }
  }

  /** Begins anew from the task as it is now. */
  function begin(now: TaskRead = task) {
    setBegun(now);
    setTheirs(null);
    setError(null);
  }

  return { begun, theirs, error, busy, save, begin };
}
