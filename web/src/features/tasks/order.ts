/** Tasks in the order of their columns, and what a change makes of them. Nothing here asks the server. */
import type { TaskSummary, TaskUpdate } from '@/api/gen';
import { isClosed, STATUS_ORDER, type Status } from './words';

export type Place = { before: string } | { after: string } | { at: 'top' | 'bottom' };

/** A task as it is shown; `waiting`: with a change that could not be sent yet. */
export type Shown = TaskSummary & { waiting?: boolean };

/** A change that is on its way: what the server is asked for, and how it looks until it has answered. */
export type Change = {
  task: TaskSummary;
  body: TaskUpdate;
  show: Partial<Shown>;
  place?: Place | undefined;
};

/** Tasks after a change: with its fields, and at its place. One that is not among them changes nothing. */
export function applied(tasks: readonly TaskSummary[], change: Change): readonly TaskSummary[] {
  const old = tasks.find((task) => task.id === change.task.id);
  if (!old) return tasks;
  const next = { ...old, ...change.show };
  if (!change.place && next.status === old.status) return tasks.map((task) => (task === old ? next : task));
  const rest = tasks.filter((task) => task !== old);
  const at = indexOf(rest, next.status, change.place ?? { at: isClosed(next.status) ? 'top' : 'bottom' });
  return [...rest.slice(0, at), next, ...rest.slice(at)];
}

function indexOf(tasks: readonly TaskSummary[], status: Status, place: Place): number {
  if ('before' in place || 'after' in place) {
    const beside = 'before' in place ? place.before : place.after;
    const at = tasks.findIndex((task) => task.id === beside);
    if (at >= 0) return 'before' in place ? at : at + 1;
  }
  if ('at' in place && place.at === 'top') {
    const first = tasks.findIndex((task) => task.status === status);
    return first < 0 ? 0 : first;
  }
  return tasks.findLastIndex((task) => task.status === status) + 1 || tasks.length;
}

/** Tasks with the server's word on one of them. An older word than the one at hand changes nothing. */
export function settled(tasks: readonly TaskSummary[], word: TaskSummary): readonly TaskSummary[] {
  const old = tasks.find((task) => task.id === word.id);
  if (old && old.version > word.version) return tasks;
  const same = old && old.status === word.status && old.position === word.position;
  if (same) return tasks.map((task) => (task === old ? word : task));
  const rest = tasks.filter((task) => task !== old);
  const after = rest.findIndex((task) => task.status === word.status && comesBefore(word, task));
  const at = after < 0 ? indexOf(rest, word.status, { at: 'bottom' }) : after;
  return [...rest.slice(0, at), word, ...rest.slice(at)];
}

/** Open columns have the order people gave them; closed ones begin with what was closed last. */
function comesBefore(one: TaskSummary, other: TaskSummary): boolean {
  if (isClosed(one.status)) return one.updated_at > other.updated_at;
  return one.position < other.position || (one.position === other.position && one.number < other.number);
}

export type Columns = Record<Status, TaskSummary[]>;

/** Tasks by column, in their order. */
export function columnsOf(tasks: readonly TaskSummary[]): Columns {
  const columns = Object.fromEntries(STATUS_ORDER.map((status) => [status, [] as TaskSummary[]])) as Columns;
  for (const task of tasks) columns[task.status].push(task);
  return columns;
}

/** Where a card goes that is moved by a key: one up or down, or into the next column at about the same height. */
export function stepped(
  columns: Columns,
  shown: readonly Status[],
  task: TaskSummary,
  way: 'up' | 'down' | 'left' | 'right',
): { status: Status; place: Place } | undefined {
  const column = columns[task.status];
  const at = column.findIndex((one) => one.id === task.id);
  if (way === 'up' || way === 'down') {
    const beside = isClosed(task.status) ? undefined : column[way === 'up' ? at - 1 : at + 1];
    if (at < 0 || !beside) return undefined;
    return { status: task.status, place: way === 'up' ? { before: beside.id } : { after: beside.id } };
  }
  const status = shown[shown.indexOf(task.status) + (way === 'right' ? 1 : -1)];
  if (!status || !shown.includes(task.status)) return undefined;
  const beside = isClosed(status) ? undefined : columns[status][at];
  return { status, place: beside ? { before: beside.id } : { at: isClosed(status) ? 'top' : 'bottom' } };
}
