import { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, it } from 'vitest';
import { AskedAt } from './asked-at';

let queries: QueryClient;
let position: number | undefined;
let asked: AskedAt;
const all = () => asked.least(() => true);

beforeEach(() => {
  queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  position = undefined;
  asked = new AskedAt(queries, () => position);
});

async function read(key: string): Promise<void> {
  await queries.fetchQuery({ queryKey: [key], queryFn: () => key });
}

it('is the least of what was known when each was asked for', async () => {
  position = 5;
  await read('board');
  position = 7;
  await read('team');
  expect(all()).toBe(5);
  expect(asked.least(({ queryKey }) => queryKey[0] === 'team')).toBe(7);
});

it('is unknown where one was asked for before anything was known, and where there is nothing', async () => {
  expect(all()).toBeUndefined();
  await read('board');
  position = 7;
  await read('team');
  expect(all()).toBeUndefined();
  await read('board');
  expect(all()).toBe(7);
});

it('counts an answer that is under way from when it was asked for, not from when it came', async () => {
  position = 5;
  let answer: (value: string) => void = () => {};
  const coming = queries.fetchQuery({
    queryKey: ['board'],
    queryFn: () => new Promise<string>((resolve) => (answer = resolve)),
  });
  position = 9;
  expect(all()).toBe(5);
  answer('cards');
  await coming;
  expect(all()).toBe(5);
});

it('keeps to what is held while a newer answer is under way, has failed, or the page wrote one itself', async () => {
  position = 5;
  await read('board');
  position = 9;
  await queries
    .fetchQuery({ queryKey: ['board'], queryFn: () => Promise.reject(new Error('away')) })
    .catch(() => undefined);
  expect(all()).toBe(5);
  queries.setQueryData(['board'], 'moved');
  expect(all()).toBe(5);
});
