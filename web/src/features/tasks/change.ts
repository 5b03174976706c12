/** Changing tasks: shown at once, sent, and put back with the reason where the server refuses. */
import { useMutationState } from '@tanstack/react-query';
import { useMemo } from 'react';
import {
  deleteTask,
  getTask,
  restoreTask,
  type TaskRead,
  type TaskSummary,
  type TaskUpdate,
  updateTask,
} from '@/api/gen';
import { getTaskQueryKey } from '@/api/gen/@tanstack/react-query.gen';
import { queryClient, stale } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';
import { remove, settle } from './board-cache';
import { applied, type Change, type Place } from './order';
import { isClosed, STATUSES, type Status } from './words';

const KEY = ['task'] as const;

export const pathOf = (task: { id: string; project_id: string }) => ({
  project_id: task.project_id,
  task_id: task.id,
});

/** The server's word on a task, put wherever the task is shown. */
export function learn(task: TaskRead): void {
  queryClient.setQueryData(getTaskQueryKey({ path: pathOf(task) }), { data: task });
  settle(task);
  void stale('listTasks', 'listMyTasks');
}

/**
 * Sends a change. Until it is answered the task is shown as it will be; changes of one task are sent one after the
 * other.
 */
async function send(one: Change): Promise<void> {
  const mutation = queryClient.getMutationCache().build<TaskRead, Error, Change, unknown>(queryClient, {
    mutationKey: [...KEY, one.task.id],
    scope: { id: one.task.id },
    mutationFn: async ({ task, body, place }) => {
      const sent = place ? { ...body, position: place } : body;
      return (await updateTask({ path: pathOf(task), body: sent })).data.data;
    },
    onSuccess: learn,
  });
  try {
    await mutation.execute(one);
  } catch (error) {
    void refresh(one.task);
    throw error;
  }
}

/** Sends a change; returns whether it was made. If not, the reason has been shown. */
export async function change(one: Change): Promise<boolean> {
  try {
    await send(one);
    return true;
  } catch (error) {
    void sayFailed(NOT([one.task]), error);
    return false;
  }
}

/** What was refused may have been refused because the task is another by now. */
async function refresh(task: TaskSummary): Promise<void> {
  const answer = await getTask({ path: pathOf(task) }).catch(() => undefined);
  if (answer) learn(answer.data.data);
}

/** Tasks as they will be once everything under way is answered. */
export function useApplied(tasks: readonly TaskSummary[]): readonly TaskSummary[] {
  const pending = useMutationState({
    filters: { mutationKey: KEY, status: 'pending' },
    select: ({ state }) => state.variables as Change,
  });
  return useMemo(() => pending.reduce(applied, tasks), [pending, tasks]);
}

type Each<T> = T | ((task: TaskSummary) => T);

const eachOf = <T extends object>(given: Each<T>, task: TaskSummary): T =>
  typeof given === 'function' ? given(task) : given;

/** Makes the same change to several tasks; what was refused is said once. */
export async function changeAll(
  tasks: readonly TaskSummary[],
  body: Each<TaskUpdate>,
  show: (task: TaskSummary) => Partial<TaskSummary>,
): Promise<void> {
  const made = await Promise.allSettled(
    tasks.map((task) => send({ task, body: eachOf(body, task), show: show(task) })),
  );
  const refused = made.filter((one) => one.status === 'rejected');
  if (tasks.length > 1 && refused.length === 0) void say(`${tasks.length} tasks changed`);
  const [first] = refused;
  if (!first) return;
  void sayFailed(tasks.length > 1 ? `${refused.length} of ${tasks.length} were not changed` : NOT(tasks), first.reason);
}

const NOT = ([task]: readonly TaskSummary[]) => `${task?.key} was not changed`;

/** Moves a task into a column, and offers to put it back: to where `back` says, or at the end of where it was. */
export async function move(task: TaskSummary, status: Status, place?: Place, back?: Place): Promise<void> {
  const at = isClosed(status) ? undefined : place;
  if (status === task.status && !at) return;
  const done = await change({ task, body: status === task.status ? {} : { status }, show: { status }, place: at });
  if (!done || status === task.status) return;
  void say(`${task.key} moved to ${STATUSES[status].word}`, {
    label: 'Undo',
    run: () => void change({ task, body: { status: task.status }, show: { status: task.status }, place: back }),
  });
}

/** Deletes a task, and offers to take that back. */
export async function discard(task: TaskSummary): Promise<boolean> {
  try {
    await deleteTask({ path: pathOf(task) });
  } catch (error) {
    void sayFailed(`${task.key} was not deleted`, error);
    return false;
  }
  remove(task.project_id, task.id);
  void stale('listTasks', 'listMyTasks');
  void say(`${task.key} is deleted`, { label: 'Undo', run: () => void bringBack(task) });
  return true;
}

/** Deletes several, and offers to take that back. */
export async function discardAll(tasks: readonly TaskSummary[]): Promise<void> {
  const [only] = tasks;
  if (tasks.length === 1 && only) {
    await discard(only);
    return;
  }
  const ends = await Promise.allSettled(tasks.map((task) => deleteTask({ path: pathOf(task) })));
  const gone = tasks.filter((_, at) => ends[at]?.status === 'fulfilled');
  for (const task of gone) remove(task.project_id, task.id);
  void stale('listTasks', 'listMyTasks');
  const undo = () => {
    for (const task of gone) void bringBack(task);
  };
  if (gone.length) void say(`${gone.length} tasks are deleted`, { label: 'Undo', run: undo });
  const refused = ends.find((one) => one.status === 'rejected');
  if (refused) void sayFailed(`${tasks.length - gone.length} were not deleted`, refused.reason);
}

async function bringBack(task: TaskSummary): Promise<void> {
  try {
    learn((await restoreTask({ path: pathOf(task) })).data.data);
  } catch (error) {
    void sayFailed(`${task.key} was not brought back`, error);
  }
}
