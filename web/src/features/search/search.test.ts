import { expect, test } from 'vitest';
import { plainly } from './plainly';
import { filtersOf, readSearch, toggled, wordsOf } from './search';

test('the address may say anything', () => {
  expect(readSearch({ q: 42, in: 'comments', page: '3' })).toEqual({ q: '42', in: 'comments', page: 3 });
  expect(readSearch({ q: '', in: 'secrets', page: -1 })).toEqual({});
  expect(readSearch({ q: 'x'.repeat(300) }).q).toHaveLength(200);
});

test('filters are told from words', () => {
  const q = 'till  is:blocked receipt: label:bug this:that';
  expect(filtersOf(q)).toEqual(['is:blocked', 'label:bug']);
  expect(wordsOf(q)).toBe('till receipt: this:that');
});

test('a filter is put on and taken off, in the place of what it excludes', () => {
  expect(toggled('till', 'is:open')).toBe('till is:open');
  expect(toggled('till IS:OPEN', 'is:open')).toBe('till');
  expect(toggled('is:open till', 'is:closed')).toBe('till is:closed');
  expect(toggled('is:open till', 'is:blocked')).toBe('is:open till is:blocked');
  expect(toggled('assignee:ben', 'assignee:me')).toBe('assignee:me');
});

test('a found text is shown without the signs of its form', () => {
  const pieces = [
    { text: 'do **we', hit: false },
    { text: 'keep', hit: true },
    { text: '** `it` - [ ] so - [x] 2 * 3', hit: false },
  ];
  expect(plainly(pieces).map(({ text }) => text)).toEqual(['do we', 'keep', ' it so 2 * 3']);
});
