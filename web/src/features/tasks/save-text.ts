/** Saving a title or a description: never over what somebody else wrote meanwhile. */
import { getTask, type TaskRead, updateTask } from '@/api/gen';
import { problem } from '@/lib/problem';
import { learn, pathOf } from './change';

export type TextField = 'title' | 'description';

/** How often a task may be changed in its other fields while one of them is saved. */
const TRIES = 4;

/**
 * Saves a text that was begun when the task was `begun`. Returns the task as it is saved, or, where the same text was
 * changed elsewhere, as it is now: nothing is written then. A change of other fields does not matter. Throws refusals.
 */
export async function saveText(
  begun: TaskRead,
  field: TextField,
  value: string,
): Promise<{ saved: TaskRead } | { theirs: TaskRead }> {
  let base = begun;
  for (let left = TRIES; ; left -= 1) {
    try {
      const headers = { 'If-Match': `"${base.version}"` };
      const { data } = await updateTask({ path: pathOf(begun), headers, body: { [field]: value } });
      learn(data.data);
      return { saved: data.data };
    } catch (error) {
      if (problem(error).status !== 412 || left <= 1) throw error;
    }
    base = (await getTask({ path: pathOf(begun) })).data.data;
    learn(base);
    if (base[field] !== begun[field]) return { theirs: base };
  }
}
