/** Which tasks of a project are shown, as the address says it. */
import type { ListTasksData, TaskSummary } from '@/api/gen';
import { daysTo } from './due';
import { isPriority, isStatus, type Priority, type Status } from './words';

export type Due = 'overdue' | 'week';

export type TaskFilter = {
  q?: string | undefined;
  priority?: Priority | undefined;
  /** An account, `me` or `none`. */
  assignee?: string | undefined;
  label?: string | undefined;
  due?: Due | undefined;
  blocked?: true | undefined;
};

export type BoardSearch = TaskFilter & {
  /** The task that lies over the page. */
  peek?: string | undefined;
  /** The column a phone shows. */
  column?: Status | undefined;
  /** The saved view it began with. */
  view?: string | undefined;
};

export const GROUPS = { status: 'status', priority: 'priority', assignee: 'assignee', none: 'nothing' } as const;
export type Grouping = keyof typeof GROUPS;

export const SORTS = {
  '-number': 'newest first',
  number: 'oldest first',
  '-priority': 'priority',
  due_date: 'due date',
  '-updated_at': 'last change',
  title: 'title',
} as const;
export type Sort = keyof typeof SORTS;

export type ListSearch = TaskFilter & {
  peek?: string | undefined;
  status?: Status | 'open' | 'closed' | undefined;
  sort?: Sort | undefined;
  group?: Grouping | undefined;
  page?: number | undefined;
  /** The saved view it began with. */
  view?: string | undefined;
};

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

function isId(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

/** Filters as they are in the address; what is unknown there is left out. */
export function readFilter(search: Record<string, unknown>): TaskFilter {
  const { q, priority, assignee, label, due, blocked } = search;
  return {
    // A number in the address comes as one.
    q: (typeof q === 'string' || typeof q === 'number') && q !== '' ? String(q).slice(0, 200) : undefined,
    priority: isPriority(priority) ? priority : undefined,
    assignee: assignee === 'me' || assignee === 'none' || isId(assignee) ? assignee : undefined,
    label: isId(label) ? label : undefined,
    due: due === 'overdue' || due === 'week' ? due : undefined,
    blocked: blocked === true ? true : undefined,
  };
}

export function readBoardSearch(search: Record<string, unknown>): BoardSearch {
  return {
    ...readFilter(search),
    peek: isId(search.peek) ? search.peek : undefined,
    column: isStatus(search.column) ? search.column : undefined,
    view: isId(search.view) ? search.view : undefined,
  };
}

export function readListSearch(search: Record<string, unknown>): ListSearch {
  const { status, sort, group, page, peek, view } = search;
  return {
    ...readFilter(search),
    peek: isId(peek) ? peek : undefined,
    status: isStatus(status) || status === 'open' || status === 'closed' ? status : undefined,
    sort: typeof sort === 'string' && Object.hasOwn(SORTS, sort) ? (sort as Sort) : undefined,
    group: typeof group === 'string' && Object.hasOwn(GROUPS, group) ? (group as Grouping) : undefined,
    page: Number(page) > 1 ? Math.floor(Number(page)) : undefined,
    view: isId(view) ? view : undefined,
  };
}

export function isNarrowed({ q, priority, assignee, label, due, blocked }: TaskFilter): boolean {
  return Boolean(q ?? priority ?? assignee ?? label ?? due ?? blocked);
}

/** The filters as the board asks them of the cards it has. */
export function matcher(filter: TaskFilter, me: string, now: Date = new Date()): (task: TaskSummary) => boolean {
  const words = (filter.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const assignee = filter.assignee === 'me' ? me : filter.assignee;
  return (task) => {
    const text = `${task.key} ${task.title} ${task.labels.map((label) => label.name).join(' ')}`.toLowerCase();
    return (
      words.every((word) => text.includes(word)) &&
      (!filter.priority || task.priority === filter.priority) &&
      (!assignee || (assignee === 'none' ? !task.assignee_id : task.assignee_id === assignee)) &&
      (!filter.label || task.labels.some((label) => label.id === filter.label)) &&
      (!filter.due || (task.due_date !== null && daysTo(task.due_date, now) < DUE_WITHIN[filter.due])) &&
      (!filter.blocked || task.blocked)
    );
  };
}

const DUE_WITHIN: Record<Due, number> = { overdue: 0, week: 8 };

/** The same as a query of the API, which also reads descriptions. */
export function listQuery(search: ListSearch, pageSize: number, now: Date = new Date()): ListTasksData['query'] {
  const { q, priority, assignee, label, due, blocked, status = 'open', sort = '-number', group, page = 1 } = search;
  return {
    page,
    page_size: pageSize,
    sort: group === 'priority' && !search.sort ? '-priority' : sort,
    status,
    ...(q ? { q } : {}),
    ...(priority ? { priority } : {}),
    ...(assignee ? { assignee_id: assignee } : {}),
    ...(label ? { label_id: label } : {}),
    ...(due ? { due_before: dayFrom(now, DUE_WITHIN[due]) } : {}),
    ...(blocked ? { blocked } : {}),
  };
}

/** Where the tasks that a list shows are fetched as a file, all pages of them. */
export function exportAddress(projectId: string, search: ListSearch, format: 'csv' | 'json'): string {
  const { page: _page, page_size: _size, sort: _sort, ...asked } = listQuery(search, 1) ?? {};
  const words = Object.entries({ format, ...asked }).map(([name, value]) => [name, String(value)]);
  return `/api/v1/projects/${projectId}/tasks/export?${new URLSearchParams(words)}`;
}

function dayFrom(now: Date, days: number): string {
  return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() + days)).toISOString().slice(0, 10);
}
