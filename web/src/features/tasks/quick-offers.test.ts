import { expect, it } from 'vitest';
import { matching } from './quick-offers';

const offers = ['web', 'api', 'bug', 'Debug'].map((word) => ({ id: word, word, shown: word }));

it('offers what begins with a word before what has it within', () => {
  expect(matching(offers, 'BUG').map(({ word }) => word)).toEqual(['bug', 'Debug']);
  expect(matching(offers, '')).toHaveLength(4);
  expect(matching(offers, 'x')).toEqual([]);
});
