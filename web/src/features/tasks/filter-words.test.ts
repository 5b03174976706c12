import { expect, it } from 'vitest';
import { filterWords } from './filter-words';

const people = [{ id: 'b', name: 'Ben Okafor' }];

it('says what a list asks for', () => {
  expect(filterWords({}, people, [])).toBe('open');
  expect(filterWords({ status: 'in_review', assignee: 'b' }, people, [])).toBe(
    '“In review” and assigned to Ben Okafor',
  );
  expect(filterWords({ priority: 'high', assignee: 'me', due: 'week', q: 'refund' }, people, [])).toBe(
    'open, high in priority, assigned to you, due within a week, and found by “refund”',
  );
});
