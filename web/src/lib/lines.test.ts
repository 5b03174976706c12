import { expect, it } from 'vitest';
import { readRange, writeRange } from './lines';

it.each([
  ['#L40', { from: 40, to: 40 }],
  ['L40-L60', { from: 40, to: 60 }],
  ['L60-40', { from: 40, to: 60 }],
  ['L0', null],
  ['L', null],
  ['#section', null],
  ['', null],
])('%s points at %o', (hash, range) => {
  expect(readRange(hash)).toEqual(range);
});

it('is written as short as it can be', () => {
  expect(writeRange({ from: 7, to: 7 })).toBe('L7');
  expect(writeRange({ from: 7, to: 9 })).toBe('L7-L9');
});
