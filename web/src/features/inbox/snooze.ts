export type Until = 'hours' | 'tomorrow' | 'week';

/** When a snooze that is named in words ends. */
export function snoozeEnd(what: Until, now: Date = new Date()): Date {
  if (what === 'hours') return new Date(now.getTime() + 3 * 3600_000);
  const end = new Date(now);
  // Monday, unless it is tomorrow that is asked for.
  end.setDate(end.getDate() + (what === 'tomorrow' ? 1 : (8 - end.getDay()) % 7 || 7));
  end.setHours(9, 0, 0, 0);
  return end;
}
