import { useQuery } from '@tanstack/react-query';
import { countUnreadNotificationsOptions } from '@/api/gen/@tanstack/react-query.gen';

/** What is snoozed comes back by itself, without anybody telling. */
const LOOK_EVERY = 60_000;

/** How many notifications wait to be read; live events keep it right. */
export function useUnread(): number {
  const { data } = useQuery({ ...countUnreadNotificationsOptions(), refetchInterval: LOOK_EVERY });
  return data?.data.unread ?? 0;
}

/** The number as it fits on a badge. */
export function badge(unread: number): string {
  return unread > 99 ? '99+' : String(unread);
}
