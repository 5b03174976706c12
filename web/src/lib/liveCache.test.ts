import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refetcher } from './liveCache';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('asks once for many events, and again for later ones', () => {
  const asked: string[][] = [];
  const refetcher = new Refetcher((operations) => asked.push([...operations].sort()));
  for (let n = 0; n < 50; n += 1) refetcher.want('listJobs');
  refetcher.want('listProjects');
  vi.advanceTimersByTime(1000);
  expect(asked).toEqual([['listJobs', 'listProjects']]);
  vi.advanceTimersByTime(5000);
  refetcher.want('listJobs');
  vi.advanceTimersByTime(1000);
  expect(asked[1]).toEqual(['listJobs']);
});
