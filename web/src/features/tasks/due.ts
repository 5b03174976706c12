/** Due dates. A day is kept as its midnight in UTC; anything else is a time. */
import { day } from '@/lib/time';

const DAY_MS = 86_400_000;

function isDay(at: Date): boolean {
  return at.getTime() % DAY_MS === 0;
}

/** The day itself as the calendar here has it, whatever the zone; for a time, the time. */
export function dueAt(due: string): Date {
  const at = new Date(due);
  return isDay(at) ? new Date(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()) : at;
}

/** Whole days from today; yesterday is -1. */
export function daysTo(due: string, now: Date = new Date()): number {
  const at = dueAt(due);
  const from = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return Math.round((Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) - from) / DAY_MS);
}

/** "Today", "Tomorrow", "12 Mar". */
export function dueWord(due: string, now: Date = new Date()): string {
  const days = daysTo(due, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Tomorrow';
  if (days === -1) return 'Yesterday';
  return day(dueAt(due), now);
}

/** As a date field has it. */
export function asField(due: string | null): string {
  if (!due) return '';
  const at = dueAt(due);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
