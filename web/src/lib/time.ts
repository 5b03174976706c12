/** Times as people read them: relative while fresh, absolute after thirty days; durations on a clock face. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const ABSOLUTE_AFTER = 30 * DAY;

/** "just now", "12 s ago", "3 min ago", "5 h ago", "2 d ago", or a date once it is old. The future reads "in 3 min". */
export function ago(at: Date, now: Date = new Date()): string {
  const apart = now.getTime() - at.getTime();
  const size = Math.abs(apart);
  if (size > ABSOLUTE_AFTER) return day(at, now);
  // Clocks differ by a second or two between a server and a browser: that is not the future.
  if (apart > -5 * SECOND && apart < 5 * SECOND) return 'just now';
  // What was just set to end in seven days does so in seven, not in "6 d".
  return apart > 0 ? `${span(size)} ago` : `in ${span(size * 1.01)}`;
}

function span(size: number): string {
  if (size < MINUTE) return `${Math.floor(size / SECOND)} s`;
  if (size < HOUR) return `${Math.floor(size / MINUTE)} min`;
  if (size < DAY) return `${Math.floor(size / HOUR)} h`;
  return `${Math.floor(size / DAY)} d`;
}

/** Milliseconds until `ago` would read differently. */
export function nextTick(at: Date, now: Date = new Date()): number {
  const size = Math.abs(now.getTime() - at.getTime());
  const unit = size < MINUTE ? SECOND : size < HOUR ? MINUTE : size < DAY ? HOUR : DAY;
  return Math.max(SECOND, unit - (size % unit));
}

/** "12 Mar" in this year, "12 Mar 2025" otherwise. */
export function day(at: Date, now: Date = new Date()): string {
  const year = at.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year }).format(at);
}

/** The exact time with its zone, for a hover. */
export function exact(at: Date): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(at);
}

/** Milliseconds as "0:06", "12:40", "1:02:03"; with `tenths` "1:12.7". Never negative. */
export function clock(milliseconds: number, { tenths = false } = {}): string {
  const whole = Math.max(0, milliseconds);
  const seconds = Math.floor(whole / SECOND);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = String(seconds % 60).padStart(2, '0');
  const tail = tenths ? `.${Math.floor((whole % SECOND) / 100)}` : '';
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}${tail}` : `${minutes}:${rest}${tail}`;
}

/** Milliseconds in words: "0.4 s", "41 s", "3 min 20 s", "1 h 4 min". */
export function took(milliseconds: number): string {
  const whole = Math.max(0, milliseconds);
  if (whole < 10 * SECOND) return `${(whole / SECOND).toFixed(1)} s`;
  if (whole < MINUTE) return `${Math.round(whole / SECOND)} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min ${Math.floor((whole % MINUTE) / SECOND)} s`;
  return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / MINUTE)} min`;
}
