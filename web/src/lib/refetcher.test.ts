import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refetcher } from './refetcher';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function watched() {
  const asked: string[][] = [];
  return { asked, refetcher: new Refetcher((operations) => asked.push(operations.sort())) };
}

it('asks soon after the first event', () => {
  const { asked, refetcher } = watched();
  refetcher.want('listJobs');
  vi.advanceTimersByTime(100);
  expect(asked).toEqual([['listJobs']]);
});

it('asks once for a burst, and once a second while it lasts', () => {
  const { asked, refetcher } = watched();
  for (let n = 0; n < 300; n += 1) {
    refetcher.want('listJobs', 'getJob');
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(2000);
  expect(asked).toHaveLength(4);
  expect(asked[0]).toEqual(['getJob', 'listJobs']);
});

it('does not ask for nothing', () => {
  const { asked, refetcher } = watched();
  refetcher.want();
  vi.advanceTimersByTime(2000);
  expect(asked).toEqual([]);
});

it('asks at once when told to hurry, with what was waiting', () => {
  const { asked, refetcher } = watched();
  refetcher.want('listJobs');
  refetcher.hurry('getJob');
  expect(asked).toEqual([['getJob', 'listJobs']]);
  vi.advanceTimersByTime(2000);
  expect(asked).toHaveLength(1);
});
