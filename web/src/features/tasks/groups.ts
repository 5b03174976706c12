/** Rows under headings. */
import type { TaskSummary } from '@/api/gen';
import type { Grouping } from './search';
import { PRIORITIES, PRIORITY_ORDER, STATUS_ORDER, STATUSES } from './words';

export type Group = { key: string; title: string; tasks: TaskSummary[] };

/** Tasks in groups, each in the order it came; groups that would be empty are left out. */
export function grouped(tasks: readonly TaskSummary[], by: Grouping): Group[] {
  if (by === 'none') return [{ key: 'all', title: '', tasks: [...tasks] }];
  const found = new Map<string, TaskSummary[]>();
  for (const task of tasks) {
    const key = keyOf(task, by);
    found.set(key, [...(found.get(key) ?? []), task]);
  }
  return orderOf(tasks, by).flatMap(({ key, title }) => {
    const here = found.get(key);
    return here ? [{ key, title, tasks: here }] : [];
  });
}

const NOBODY = 'nobody';

function keyOf(task: TaskSummary, by: Exclude<Grouping, 'none'>): string {
  if (by === 'assignee') return task.assignee?.id ?? NOBODY;
  return task[by];
}

function orderOf(tasks: readonly TaskSummary[], by: Exclude<Grouping, 'none'>): Omit<Group, 'tasks'>[] {
  if (by === 'status') return STATUS_ORDER.map((key) => ({ key, title: STATUSES[key].word }));
  if (by === 'priority') return PRIORITY_ORDER.map((key) => ({ key, title: PRIORITIES[key].word }));
  const people = new Map(tasks.flatMap(({ assignee }) => (assignee ? [[assignee.id, assignee.name] as const] : [])));
  const named = [...people].map(([key, title]) => ({ key, title })).sort((a, b) => a.title.localeCompare(b.title));
  return [...named, { key: NOBODY, title: 'Nobody' }];
}
