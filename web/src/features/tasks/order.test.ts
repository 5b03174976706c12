import { describe, expect, it } from 'vitest';
import type { TaskSummary } from '@/api/gen';
import { applied, columnsOf, settled, stepped } from './order';
import { STATUS_ORDER } from './words';

function task(id: string, part: Partial<TaskSummary> = {}): TaskSummary {
  return {
    id,
    project_id: 'p',
    project_name: 'P',
    number: 1,
    key: `TY-${id}`,
    title: id,
    status: 'todo',
    priority: 'medium',
    assignee_id: null,
    assignee: null,
    agent_id: null,
    labels: [],
    due_date: null,
    estimate: null,
    parent_id: null,
    position: `a${id}`,
    blocked: false,
    needs_evidence: false,
    subtasks: { total: 0, closed: 0 },
    created_by: 'u',
    created_at: '2026-11-01T00:00:00Z',
    updated_at: '2026-11-01T00:00:00Z',
    completed_at: null,
    version: 1,
    ...part,
  };
}

const ids = (tasks: readonly TaskSummary[]) => tasks.map((one) => one.id).join('');

describe('a change on its way', () => {
  const tasks = [task('1'), task('2'), task('3'), task('4', { status: 'in_progress' })];
  const [first = task('1'), , third = task('3')] = tasks;

  it('is shown at its place in its column', () => {
    const before = applied(tasks, { task: third, body: {}, show: {}, place: { before: '1' } });
    expect(ids(before)).toBe('3124');
    const after = applied(tasks, { task: first, body: {}, show: {}, place: { after: '2' } });
    expect(ids(after)).toBe('2134');
  });

  it('is shown in another column, at its end where no place is given', () => {
    const moved = applied(tasks, { task: first, body: {}, show: { status: 'in_progress' } });
    expect(ids(columnsOf(moved).in_progress)).toBe('41');
    expect(ids(columnsOf(moved).todo)).toBe('23');
  });

  it('goes to the top of a closed column, whose newest come first', () => {
    const done = [...tasks, task('9', { status: 'done' })];
    const moved = applied(done, { task: first, body: {}, show: { status: 'done' } });
    expect(ids(columnsOf(moved).done)).toBe('19');
  });

  it('leaves tasks alone of which it is none, and keeps the others as they are', () => {
    expect(applied(tasks, { task: task('x'), body: {}, show: { priority: 'high' } })).toBe(tasks);
    const next = applied(tasks, { task: first, body: {}, show: { priority: 'high' } });
    expect(next[0]?.priority).toBe('high');
    expect(next[1]).toBe(tasks[1]);
  });
});

describe("the server's word", () => {
  const tasks = [task('1'), task('3'), task('5')];

  it('puts a task where its position says', () => {
    expect(ids(settled(tasks, task('4')))).toBe('1345');
    expect(ids(settled(tasks, task('5', { position: 'a2', version: 2 })))).toBe('153');
  });

  it('is not heeded when an older one comes late', () => {
    const newer = settled(tasks, task('1', { title: 'new', version: 3 }));
    expect(settled(newer, task('1', { title: 'old', version: 2 }))).toBe(newer);
  });

  it('orders what is closed by its last change', () => {
    const done = [task('1', { status: 'done', updated_at: '2026-11-02T00:00:00Z' })];
    const word = task('2', { status: 'done', updated_at: '2026-11-03T00:00:00Z' });
    expect(ids(settled(done, word))).toBe('21');
  });
});

describe('a step by key', () => {
  const tasks = [task('1'), task('2'), task('3', { status: 'in_progress' }), task('4', { status: 'done' })];
  const columns = columnsOf(tasks);
  const [first = task('1'), second = task('2'), third = task('3'), fourth = task('4')] = tasks;

  it('goes up and down within the column, and not beyond it', () => {
    expect(stepped(columns, STATUS_ORDER, second, 'up')).toEqual({ status: 'todo', place: { before: '1' } });
    expect(stepped(columns, STATUS_ORDER, first, 'down')).toEqual({ status: 'todo', place: { after: '2' } });
    expect(stepped(columns, STATUS_ORDER, first, 'up')).toBeUndefined();
  });

  it('goes into the next column at the same height, or to its end', () => {
    expect(stepped(columns, STATUS_ORDER, first, 'right')).toEqual({
      status: 'in_progress',
      place: { before: '3' },
    });
    expect(stepped(columns, STATUS_ORDER, second, 'right')).toEqual({
      status: 'in_progress',
      place: { at: 'bottom' },
    });
    expect(stepped(columns, STATUS_ORDER, third, 'right')).toEqual({ status: 'in_review', place: { at: 'bottom' } });
  });

  it('ends at the last column, and does not order what is closed', () => {
    expect(stepped(columns, ['todo', 'done'], fourth, 'right')).toBeUndefined();
    expect(stepped(columns, STATUS_ORDER, fourth, 'up')).toBeUndefined();
  });
});
