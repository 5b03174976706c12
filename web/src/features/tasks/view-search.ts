/** Between a saved view and the address of the page it opens. */
import type { ViewCreate, ViewRead } from '@/api/gen';
import { type BoardSearch, type ListSearch, readBoardSearch, readFilter, readListSearch } from './search';

export type Layout = ViewRead['layout'];
type Kept = NonNullable<ViewCreate['search']>;

/** What a view keeps of an address: neither the page one is on nor the task that is open. */
export function kept(layout: Layout, search: Record<string, unknown>): Kept {
  const { status, sort, group } = layout === 'list' ? readListSearch(search) : {};
  const words = { ...readFilter(search), status, sort, group: group === 'none' ? undefined : group };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)) as Kept;
}

/** The address a view opens. */
export function addressOf(view: ViewRead): { to: string; search: BoardSearch | ListSearch } {
  const search = { ...view.search, view: view.id };
  return view.layout === 'board'
    ? { to: '/projects/$projectId/board', search: readBoardSearch(search) }
    : { to: '/projects/$projectId/list', search: readListSearch(search) };
}

/** Whether a page shows what a view keeps. */
export function isAsSaved(view: ViewRead, layout: Layout, search: Record<string, unknown>): boolean {
  return view.layout === layout && worded(kept(layout, view.search)) === worded(kept(layout, search));
}

function worded(search: Kept): string {
  return JSON.stringify(Object.entries(search).sort(([one], [other]) => one.localeCompare(other)));
}
