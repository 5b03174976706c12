import type { ListApiCallsData } from '@/api/gen';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const SPANS = {
  day: { label: '24 hours', bucket: 'hour', step: HOUR, length: DAY },
  week: { label: '7 days', bucket: 'hour', step: HOUR, length: 7 * DAY },
  month: { label: '30 days', bucket: 'day', step: DAY, length: 30 * DAY },
} as const;
export type Span = keyof typeof SPANS;

const SORTS = ['-calls', '-errors', '-p95_ms', 'endpoint'] as const;
export type Sort = (typeof SORTS)[number];

export type CallSearch = {
  span?: Span | undefined;
  sort?: Sort | undefined;
  all?: true | undefined;
  page?: number | undefined;
};

export const PAGE_SIZE = 20;

/** What is looked at, as it is in the address; what is unknown there is left out. */
export function readCallSearch(search: Record<string, unknown>): CallSearch {
  return {
    span: typeof search.span === 'string' && search.span in SPANS ? (search.span as Span) : undefined,
    sort: SORTS.find((sort) => sort === search.sort),
    all: search.all === true ? true : undefined,
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
  };
}

type Query = NonNullable<ListApiCallsData['query']>;

/** The window that ends with the present hour or day, so that a bar is a whole one but the last. */
export function windowOf(span: Span, now: Date): { since: Date; until: Date } {
  const { step, length } = SPANS[span];
  const until = new Date(Math.ceil((now.getTime() + 1) / step) * step);
  return { since: new Date(until.getTime() - length), until };
}

/** The same as a query of the API. */
export function callQuery({ span = 'day', sort = '-calls', all, page = 1 }: CallSearch, now: Date): Query {
  const { since, until } = windowOf(span, now);
  return {
    since: since.toISOString(),
    until: until.toISOString(),
    bucket: SPANS[span].bucket,
    sort,
    page,
    page_size: PAGE_SIZE,
    ...(all ? { user: 'all' } : {}),
  };
}

/** Where the same figures are had as a table. */
export function exportAddress(search: CallSearch, now: Date): string {
  const { since, until, sort, user } = callQuery(search, now);
  const query = new URLSearchParams({ since: since ?? '', until: until ?? '', sort: sort ?? '-calls' });
  if (user) query.set('user', user);
  return `/api/v1/analytics/api-calls/export?${query}`;
}
