/** One's own tasks by what asks to be done first. */
import type { TaskSummary } from '@/api/gen';
import { daysTo } from './due';

export type Section = { key: string; title: string; tasks: TaskSummary[] };

const SOON = 7;

/** Each task once, under the gravest it falls under; sections that would be empty are left out. */
export function sectionsOf(tasks: readonly TaskSummary[], now: Date = new Date()): Section[] {
  const sections: Section[] = [
    { key: 'overdue', title: 'Overdue', tasks: [] },
    { key: 'soon', title: 'Due within a week', tasks: [] },
    { key: 'blocked', title: 'Blocked', tasks: [] },
    { key: 'started', title: 'Under way', tasks: [] },
    { key: 'rest', title: 'Up next', tasks: [] },
  ];
  for (const task of tasks) sections.find(({ key }) => key === keyOf(task, now))?.tasks.push(task);
  return sections.filter((section) => section.tasks.length > 0);
}

function keyOf(task: TaskSummary, now: Date): string {
  const days = task.due_date === null ? Number.POSITIVE_INFINITY : daysTo(task.due_date, now);
  if (days < 0) return 'overdue';
  if (days <= SOON) return 'soon';
  if (task.blocked) return 'blocked';
  return task.status === 'in_progress' || task.status === 'in_review' ? 'started' : 'rest';
}
