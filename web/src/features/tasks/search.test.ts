import { describe, expect, it } from 'vitest';
import type { TaskSummary } from '@/api/gen';
import { asField, daysTo, dueWord } from './due';
import { grouped } from './groups';
import { sectionsOf } from './mine';
import { isNarrowed, listQuery, matcher, readBoardSearch, readListSearch } from './search';

const ID = '0198c0de-0000-7000-8000-000000000001';
const NOW = new Date(2026, 10, 22, 15);

const some = (part: Partial<TaskSummary>) =>
  ({
    key: 'TY-7',
    title: 'Refund',
    labels: [],
    status: 'todo',
    priority: 'low',
    due_date: null,
    ...part,
  }) as TaskSummary;

describe('the address', () => {
  it('keeps what it knows and drops the rest', () => {
    expect(readBoardSearch({ q: 42, priority: 'high', assignee: 'me', label: 'x', due: 'never', peek: ID })).toEqual({
      q: '42',
      priority: 'high',
      assignee: 'me',
      label: undefined,
      due: undefined,
      blocked: undefined,
      peek: ID,
      column: undefined,
    });
    expect(readListSearch({ sort: 'toString', group: 'status', page: '3', status: 'open' })).toMatchObject({
      sort: undefined,
      group: 'status',
      page: 3,
      status: 'open',
    });
  });

  it('says what the server is asked', () => {
    expect(listQuery({}, 50, NOW)).toEqual({ page: 1, page_size: 50, sort: '-number', status: 'open' });
    expect(listQuery({ due: 'overdue', blocked: true, assignee: 'none', group: 'priority' }, 50, NOW)).toEqual({
      page: 1,
      page_size: 50,
      sort: '-priority',
      status: 'open',
      due_before: '2026-11-22',
      blocked: true,
      assignee_id: 'none',
    });
  });
});

describe('narrowing the board', () => {
  it('asks every card all that is asked', () => {
    const matches = matcher({ q: 'ty-7 REF', assignee: 'me' }, 'maya', NOW);
    expect(matches(some({ assignee_id: 'maya' }))).toBe(true);
    expect(matches(some({ assignee_id: 'jo' }))).toBe(false);
    expect(matches(some({ assignee_id: 'maya', title: 'Else' }))).toBe(false);
  });

  it('knows what is overdue, and what nobody has', () => {
    const late = matcher({ due: 'overdue', assignee: 'none' }, 'maya', NOW);
    expect(late(some({ due_date: '2026-11-21T00:00:00Z', assignee_id: null }))).toBe(true);
    expect(late(some({ due_date: '2026-11-22T00:00:00Z', assignee_id: null }))).toBe(false);
    expect(isNarrowed({})).toBe(false);
  });
});

describe('a due day', () => {
  it('is the same day in every zone', () => {
    expect(asField('2026-11-23T00:00:00Z')).toBe('2026-11-23');
    expect(daysTo('2026-11-23T00:00:00Z', NOW)).toBe(1);
    expect(dueWord('2026-11-23T00:00:00Z', NOW)).toBe('Tomorrow');
    expect(dueWord('2026-12-05T00:00:00Z', NOW)).toBe('5 Dec');
    expect(asField(null)).toBe('');
  });
});

describe('groups', () => {
  it('stand in their own order, the empty ones left out', () => {
    const tasks = [
      some({ id: '1', status: 'done' }),
      some({ id: '2', status: 'todo' }),
      some({ id: '3', status: 'done' }),
    ];
    expect(grouped(tasks, 'status').map(({ title, tasks: rows }) => [title, rows.length])).toEqual([
      ['To do', 1],
      ['Done', 2],
    ]);
    expect(grouped(tasks, 'assignee').map((group) => group.title)).toEqual(['Nobody']);
    expect(grouped(tasks, 'none')).toHaveLength(1);
  });
});

describe('my work', () => {
  it('lists each task once, under the gravest it falls under', () => {
    const tasks = [
      some({ id: 'late', due_date: '2026-11-20T00:00:00Z', blocked: true }),
      some({ id: 'soon', due_date: '2026-11-29T00:00:00Z', status: 'in_progress' }),
      some({ id: 'waits', due_date: '2026-12-24T00:00:00Z', blocked: true }),
      some({ id: 'going', status: 'in_review' }),
      some({ id: 'next' }),
    ];
    const found = sectionsOf(tasks, NOW).map(({ key, tasks: rows }) => [key, rows.map(({ id }) => id).join()]);
    expect(found).toEqual([
      ['overdue', 'late'],
      ['soon', 'soon'],
      ['blocked', 'waits'],
      ['started', 'going'],
      ['rest', 'next'],
    ]);
    expect(sectionsOf([], NOW)).toEqual([]);
  });
});
