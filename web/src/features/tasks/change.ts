/** Changing tasks: shown at once, sent, and put back with the reason where the server refuses. */
import { onlineManager, useMutationState } from '@tanstack/react-query';
import type { LinkProps } from '@tanstack/react-router';
import { useMemo } from 'react';
import {
  changeTasks,
  deleteTask,
  getTask,
  restoreTask,
  type TaskBulk,
  type TaskRead,
  type TaskSummary,
  updateTask,
} from '@/api/gen';
import { getTaskQueryKey } from '@/api/gen/@tanstack/react-query.gen';
import { queryClient, stale } from '@/lib/client';
import { problem } from '@/lib/problem';
import { say, sayFailed } from '@/lib/toasts';
import { remove, settle } from './board-cache';
import { applied, type Change, type Place, type Shown } from './order';
import { isClosed, STATUSES, type Status } from './words';

const KEY = ['task'] as const;
const MANY = [...KEY, 'many'] as const;

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

/** The same for several, as lists have them. */
export function learnOf(tasks: readonly TaskSummary[]): void {
  for (const task of tasks) settle(task);
  void stale('listTasks', 'listMyTasks', 'getTask');
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
    sayNot([one.task], error);
    return false;
  }
}

/** What was refused may have been refused because the task is another by now. */
async function refresh(task: TaskSummary): Promise<void> {
  const answer = await getTask({ path: pathOf(task) }).catch(() => undefined);
  if (answer) learn(answer.data.data);
}

/** Tasks as they will be once everything under way is answered. */
export function useApplied(tasks: readonly TaskSummary[]): readonly Shown[] {
  const pending = useMutationState({
    filters: { mutationKey: KEY, status: 'pending' },
    select: ({ state }) => {
      const changes = [state.variables as Change | Changes].flat();
      // A change behind another of the same task waits as well, for a moment that nobody need be told of.
      return state.isPaused && !onlineManager.isOnline() ? changes.map(waiting) : changes;
    },
  });
  return useMemo(() => pending.flat().reduce(applied, tasks), [pending, tasks]);
}

const waiting = (one: Change): Change => ({ ...one, show: { ...one.show, waiting: true } });

/** What can be changed of many at once. */
type Many = Omit<TaskBulk, 'task_ids' | 'delete'>;

/** Makes the same change to several tasks, all or none. */
export async function changeAll(
  tasks: readonly TaskSummary[],
  part: Many,
  show: (task: TaskSummary) => Partial<TaskSummary>,
): Promise<void> {
  const [first] = tasks;
  if (!first) return;
  const mutation = queryClient.getMutationCache().build<TaskSummary[], Error, Changes, unknown>(queryClient, {
    mutationKey: MANY,
    mutationFn: async () => {
      const body = { ...part, task_ids: tasks.map(({ id }) => id) };
      return (await changeTasks({ path: { project_id: first.project_id }, body })).data.data;
    },
    onSuccess: learnOf,
  });
  try {
    await mutation.execute(tasks.map((task) => ({ task, body: {}, show: show(task) })));
    if (tasks.length > 1) void say(`${tasks.length} tasks changed`);
  } catch (error) {
    sayNot(tasks, error);
  }
}

type Changes = readonly Change[];

const NOT = (tasks: readonly TaskSummary[]) =>
  tasks.length > 1 ? `None of the ${tasks.length} tasks was changed` : `${tasks[0]?.key} was not changed`;

type Lacking = { task_id: string; key: string; missing: { says: string }[] };

/** Says why nothing was changed; where evidence is missing, which, and where one sees what to do for it. */
function sayNot(tasks: readonly TaskSummary[], error: unknown): void {
  const { code, details } = problem(error);
  const [task] = tasks;
  const [lacking] = code === 'EVIDENCE_MISSING' ? (details.tasks as Lacking[]) : [];
  if (!task || !lacking) {
    void sayFailed(NOT(tasks), error);
    return;
  }
  const title = tasks.length > 1 ? NOT(tasks) : `${task.key} needs evidence first`;
  const why = tasks.length > 1 ? error : lacking.missing.map(({ says }) => says).join(' ');
  const params = { projectId: task.project_id, taskId: lacking.task_id };
  const link = { to: '/projects/$projectId/tasks/$taskId', params, hash: 'evidence' } as LinkProps;
  void sayFailed(title, why, { label: `Show ${lacking.key}`, link });
}

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
  if (!only) return;
  try {
    const body = { task_ids: tasks.map(({ id }) => id), delete: true };
    await changeTasks({ path: { project_id: only.project_id }, body });
  } catch (error) {
    void sayFailed(`None of the ${tasks.length} tasks was deleted`, error);
    return;
  }
  for (const task of tasks) remove(task.project_id, task.id);
  void stale('listTasks', 'listMyTasks');
  const undo = () => {
    for (const task of tasks) void bringBack(task);
  };
  void say(`${tasks.length} tasks are deleted`, { label: 'Undo', run: undo });
}

async function bringBack(task: TaskSummary): Promise<void> {
  try {
    learn((await restoreTask({ path: pathOf(task) })).data.data);
  } catch (error) {
    void sayFailed(`${task.key} was not brought back`, error);
  }
}
