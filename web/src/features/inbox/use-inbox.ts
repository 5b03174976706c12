import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import {
  archiveNotifications,
  type ListNotificationsData,
  listNotifications,
  markNotificationsRead,
  markNotificationsUnread,
  type NotificationPage,
  type NotificationRead,
  snoozeNotifications,
  unarchiveNotifications,
} from '@/api/gen';
import { queryClient, stale } from '@/lib/client';
import { plural } from '@/lib/format';
import { say, sayFailed } from '@/lib/toasts';

export type State = NonNullable<NonNullable<ListNotificationsData['query']>['state']>;
type Kept = InfiniteData<NotificationPage, string | undefined>;

const PAGE = 50;
const keyOf = (state: State) => [{ _id: 'listNotifications', state }] as const;

export function useInbox(state: State) {
  const query = useInfiniteQuery({
    queryKey: keyOf(state),
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const asked = { state, page_size: PAGE };
      const { data } = await listNotifications({
        query: pageParam ? { ...asked, cursor: pageParam } : asked,
        signal,
        throwOnError: true,
      });
      return data;
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  return { ...query, items: query.data?.pages.flatMap((page) => page.items) ?? [] };
}

export const told = () => stale('listNotifications', 'countUnreadNotifications');

/** Changes what is shown at once; a refusal puts it back and says so. */
async function act(
  state: State,
  ids: readonly string[],
  change: (item: NotificationRead) => NotificationRead | null,
  send: (ids: string[]) => Promise<unknown>,
): Promise<boolean> {
  const key = keyOf(state);
  await queryClient.cancelQueries({ queryKey: key });
  const before = queryClient.getQueryData<Kept>(key);
  queryClient.setQueryData<Kept>(
    key,
    (kept) =>
      kept && {
        ...kept,
        pages: kept.pages.map((page) => ({
          ...page,
          items: page.items.flatMap((item) => (ids.includes(item.id) ? (change(item) ?? []) : item)),
        })),
      },
  );
  try {
    await send([...ids]);
    return true;
  } catch (error) {
    queryClient.setQueryData(key, before);
    void sayFailed('The inbox was not changed', error);
    return false;
  } finally {
    void told();
  }
}

const at = () => new Date().toISOString();

/** What can be done to notifications of one view of the inbox. */
export function useActs(state: State) {
  return {
    read: (ids: readonly string[]) =>
      act(
        state,
        ids,
        (item) => (state === 'unread' ? null : { ...item, read_at: item.read_at ?? at() }),
        (body) => markNotificationsRead({ body: { ids: body }, throwOnError: true }),
      ),
    unread: (ids: readonly string[]) =>
      act(
        state,
        ids,
        (item) => ({ ...item, read_at: null }),
        (body) => markNotificationsUnread({ body: { ids: body }, throwOnError: true }),
      ),
    archive: async (ids: readonly string[]) => {
      const done = await act(
        state,
        ids,
        () => null,
        (body) => archiveNotifications({ body: { ids: body }, throwOnError: true }),
      );
      if (done) void say(`${plural(ids.length, 'notification')} archived`, { label: 'Undo', run: () => back(ids) });
    },
    unarchive: (ids: readonly string[]) =>
      act(
        state,
        ids,
        () => null,
        (body) => unarchiveNotifications({ body: { ids: body }, throwOnError: true }),
      ),
    snooze: async (ids: readonly string[], until: Date | null) => {
      const done = await act(
        state,
        ids,
        () => null,
        (body) => snoozeNotifications({ body: { ids: body, until: until?.toISOString() ?? null }, throwOnError: true }),
      );
      if (done && until) void say('Put aside', { label: 'Undo', run: () => back(ids, true) });
    },
  };
}

async function back(ids: readonly string[], snoozed = false): Promise<void> {
  try {
    const body = { ids: [...ids] };
    if (snoozed) await snoozeNotifications({ body: { ...body, until: null }, throwOnError: true });
    else await unarchiveNotifications({ body, throwOnError: true });
  } catch (error) {
    void sayFailed('It was not undone', error);
  }
  void told();
}

export type Acts = ReturnType<typeof useActs>;
