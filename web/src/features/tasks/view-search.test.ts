import { expect, test } from 'vitest';
import type { ViewRead } from '@/api/gen';
import { exportAddress } from './search';
import { addressOf, isAsSaved, kept } from './view-search';

const LABEL = '01a20328-bdf0-740e-b000-000000000001';
const view = (layout: ViewRead['layout'], search: ViewRead['search']): ViewRead => ({
  id: '01a20328-bdf0-740e-b000-000000000002',
  name: 'Bugs',
  layout,
  search,
  shared: false,
  owner: { id: LABEL, name: 'Ana', username: 'ana' },
  can_change: true,
  created_at: '2026-11-22T10:00:00Z',
  updated_at: '2026-11-22T10:00:00Z',
});

test('a view keeps filters and order, and nothing of where one is', () => {
  const search = { q: 'pump', label: LABEL, status: 'closed', group: 'status', sort: 'title', page: 3, peek: LABEL };
  expect(kept('list', search)).toEqual({ q: 'pump', label: LABEL, status: 'closed', group: 'status', sort: 'title' });
  expect(kept('board', search)).toEqual({ q: 'pump', label: LABEL });
  expect(kept('list', { group: 'none', status: 'nonsense' })).toEqual({});
});

test('what was not asked for comes as null and stays out of the address', () => {
  const { to, search } = addressOf(view('list', { status: 'closed', q: null, blocked: null, assignee: 'me' }));
  expect(to).toBe('/projects/$projectId/list');
  const given = Object.entries(search).filter(([, value]) => value !== undefined);
  expect(Object.fromEntries(given)).toEqual({ status: 'closed', assignee: 'me', view: view('list', {}).id });
});

test('a page is as saved whatever the order of its words', () => {
  const saved = view('board', { priority: 'high', assignee: 'me', due: null });
  expect(isAsSaved(saved, 'board', { assignee: 'me', priority: 'high', column: 'todo', view: saved.id })).toBe(true);
  expect(isAsSaved(saved, 'board', { assignee: 'me' })).toBe(false);
  expect(isAsSaved(saved, 'list', { assignee: 'me', priority: 'high' })).toBe(false);
});

test('a file has all pages of what the list shows', () => {
  const address = new URL(exportAddress('p1', { q: 'a b', blocked: true, page: 4, sort: 'title' }, 'csv'), 'http://x');
  expect(address.pathname).toBe('/api/v1/projects/p1/tasks/export');
  expect(Object.fromEntries(address.searchParams)).toEqual({
    format: 'csv',
    status: 'open',
    q: 'a b',
    blocked: 'true',
  });
});
