import { describe, expect, it } from 'vitest';
import { leftWord, usual } from './usual';

const run = (seconds: number, part = {}) => ({
  attempt: 1,
  started_at: '2026-01-01T00:00:00Z',
  finished_at: new Date(Date.parse('2026-01-01T00:00:00Z') + seconds * 1000).toISOString(),
  ...part,
});

describe('what is usual', () => {
  it('is the middle of what earlier runs took', () =>
    expect(usual([run(90), run(10), run(30), run(20), run(40)])).toEqual({ took: 30_000, of: 5 }));

  it('is not known from fewer than three', () => expect(usual([run(10), run(20)])).toBeUndefined());

  it('leaves out what took an earlier result over, was tried again, or has not begun', () => {
    const others = [run(0.2), run(50, { attempt: 2 }), run(50, { started_at: null })];
    expect(usual([run(10), run(20), ...others])).toBeUndefined();
    expect(usual([run(10), run(20), run(30), ...others])).toEqual({ took: 20_000, of: 3 });
  });
});

describe('what is left', () => {
  it.each([
    [30_000, 0, 'about 30 s'],
    [30_000, 28_000, 'about 5 s'],
    [30_000, 12_400, 'about 20 s'],
    [57_000, 0, 'about 1 min'],
    [150_000, 0, 'about 3 min'],
    [30_000, 30_000, 'longer than usual'],
    [30_000, 99_000, 'longer than usual'],
  ])('of %d ms after %d ms is %j', (usually, elapsed, word) => expect(leftWord(usually, elapsed)).toBe(word));
});
