import { expect, it } from 'vitest';
import { findingQuery, isNarrowed, readReportSearch } from './search';

it('keeps what is known and drops the rest', () => {
  const read = readReportSearch({ state: 'new', severity: 'high', kind: 'toString', q: 7, page: '3', open: 'f1' });
  expect(read).toEqual({
    state: 'new',
    severity: 'high',
    kind: undefined,
    file: undefined,
    q: undefined,
    page: 3,
    open: 'f1',
  });
});

it('asks the API for no more than was chosen', () => {
  expect(findingQuery({ severity: 'low', open: 'f1' }, 50)).toEqual({
    page: 1,
    page_size: 50,
    state: 'open',
    severity: ['low'],
  });
});

it('tells a narrowed list from a whole one', () => {
  expect(isNarrowed({ state: 'new', page: 2 })).toBe(false);
  expect(isNarrowed({ file: 'a.py' })).toBe(true);
});
