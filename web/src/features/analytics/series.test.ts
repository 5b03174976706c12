import { describe, expect, it } from 'vitest';
import { callQuery, exportAddress, readCallSearch, windowOf } from './search';
import { bars, fewer, millis } from './series';

const HOUR = 3_600_000;
const NOW = new Date('2026-11-22T14:25:00Z');
const bucket = (at: string, calls: number) => ({ at, calls, errors: 1, mean_ms: 2, p50_ms: 2, p95_ms: 3 });

describe('a window', () => {
  it('ends with the present hour or day', () => {
    expect(windowOf('day', NOW).until.toISOString()).toBe('2026-11-22T15:00:00.000Z');
    expect(windowOf('day', NOW).since.toISOString()).toBe('2026-11-21T15:00:00.000Z');
    expect(windowOf('month', NOW).until.toISOString()).toBe('2026-11-23T00:00:00.000Z');
    expect(windowOf('day', new Date('2026-11-22T15:00:00Z')).until.toISOString()).toBe('2026-11-22T16:00:00.000Z');
  });

  it('is asked for with whose calls and in which order', () => {
    expect(callQuery({}, NOW)).toEqual({
      since: '2026-11-21T15:00:00.000Z',
      until: '2026-11-22T15:00:00.000Z',
      bucket: 'hour',
      sort: '-calls',
      page: 1,
      page_size: 20,
    });
    expect(callQuery({ span: 'month', all: true, page: 2 }, NOW)).toMatchObject({
      bucket: 'day',
      user: 'all',
      page: 2,
    });
    expect(exportAddress({ all: true }, NOW)).toContain('user=all');
  });

  it('leaves out what no address may say', () => {
    expect(readCallSearch({ span: 'year', sort: 'x', all: 'yes', page: '0' })).toEqual({});
    expect(readCallSearch({ span: 'week', sort: '-errors', all: true, page: '3' })).toEqual({
      span: 'week',
      sort: '-errors',
      all: true,
      page: 3,
    });
  });
});

describe('bars', () => {
  it('fill the hours in which nothing was asked', () => {
    const since = new Date('2026-11-22T10:00:00Z');
    const until = new Date('2026-11-22T13:00:00Z');
    const found = bars([bucket('2026-11-22T11:00:00+00:00', 4)], since, until, HOUR);
    expect(found.map((bar) => bar.calls)).toEqual([0, 4, 0]);
    expect(found.map((bar) => bar.p95)).toEqual([null, 3, null]);
  });
});

describe('fewer bars', () => {
  it('hold as many calls', () => {
    const at = new Date();
    const all = Array.from({ length: 168 }, (_, place) => ({ at, calls: place, errors: 1, p95: 5 }));
    const found = fewer(all, 42);
    expect(found).toHaveLength(42);
    expect(found[0]).toMatchObject({ calls: 0 + 1 + 2 + 3, errors: 4 });
    expect(fewer(all.slice(0, 24), 42)).toHaveLength(24);
  });
});

describe('a time', () => {
  it('has as many digits as it deserves', () => {
    expect([0.84, 12.4, 999.4, 1400, null].map(millis)).toEqual([
      '0.8\u00a0ms',
      '12\u00a0ms',
      '999\u00a0ms',
      '1.4\u00a0s',
      '–',
    ]);
  });
});
