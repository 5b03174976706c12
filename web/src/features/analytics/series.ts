import type { CallBucket } from '@/api/gen';

export type Bar = { at: Date; calls: number; errors: number; p95: number | null };

/** A bar for each step of the window, those without a call included. */
export function bars(series: readonly CallBucket[], since: Date, until: Date, step: number): Bar[] {
  const known = new Map(series.map((bucket) => [Date.parse(bucket.at), bucket]));
  return Array.from({ length: Math.round((until.getTime() - since.getTime()) / step) }, (_, place) => {
    const at = since.getTime() + place * step;
    const bucket = known.get(at);
    return {
      at: new Date(at),
      calls: bucket?.calls ?? 0,
      errors: bucket?.errors ?? 0,
      p95: bucket?.p95_ms ?? null,
    };
  });
}

/** The same in fewer bars, for small places; the time is that of the first of those put together. */
export function fewer(all: readonly Bar[], most: number): Bar[] {
  const size = Math.ceil(all.length / most);
  const found: Bar[] = [];
  for (let from = 0; from < all.length; from += size) {
    const part = all.slice(from, from + size);
    const [first] = part;
    if (first) {
      const sum = (of: 'calls' | 'errors') => part.reduce((total, bar) => total + bar[of], 0);
      found.push({ at: first.at, calls: sum('calls'), errors: sum('errors'), p95: null });
    }
  }
  return found;
}

/** A time as it is read: "0.8 ms", "12 ms", "1.4 s". */
export function millis(value: number | null): string {
  if (value === null) return '–';
  if (value >= 1000) return `${(value / 1000).toFixed(1)}\u00a0s`;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}\u00a0ms`;
}
