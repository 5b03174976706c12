/** How long a run still takes, judged by earlier ones of its kind. */
import type { JobSummary } from '@/api/gen';
import { took } from '@/lib/time';

/** With fewer than this nothing is said. */
const LEAST = 3;
/** What took less was not done: its result was there already. */
const WORK_MS = 2000;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

type Past = Pick<JobSummary, 'attempt' | 'started_at' | 'finished_at'>;

/** The middle of what earlier runs took, in milliseconds, and of how many; undefined where there are too few to say. */
export function usual(past: readonly Past[]): { took: number; of: number } | undefined {
  const times = past.flatMap(({ attempt, started_at, finished_at }) => {
    // Of what was tried again, only the last try's beginning is known.
    if (attempt !== 1 || !started_at || !finished_at) return [];
    const time = Date.parse(finished_at) - Date.parse(started_at);
    return time < WORK_MS ? [] : [time];
  });
  const middle = times.sort((one, other) => one - other)[Math.floor(times.length / 2)];
  return times.length < LEAST || middle === undefined ? undefined : { took: middle, of: times.length };
}

/** "about 40 s", "about 3 min"; past what is usual it is said that it takes longer, and no more is promised. */
export function leftWord(usually: number, elapsed: number): string {
  const left = usually - elapsed;
  if (left <= 0) return 'longer than usual';
  const unit = left < MINUTE ? 5 * SECOND : MINUTE;
  const rounded = Math.ceil(left / unit) * unit;
  return `about ${rounded < MINUTE ? took(rounded).replace(/\.0/, '') : `${rounded / MINUTE} min`}`;
}
