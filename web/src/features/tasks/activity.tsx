import { useInfiniteQuery } from '@tanstack/react-query';
import { type ActivityRead, listTaskActivity, type TaskRead } from '@/api/gen';
import { NotRead } from '@/components/not-read';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { pathOf } from './change';
import { told } from './telling';

const PAGE = 20;

/** What happened to a task, newest first. */
export function Activity({ task }: { task: TaskRead }) {
  const read = useInfiniteQuery({
    // Begins as generated keys do, so that `stale('listTaskActivity')` finds it.
    queryKey: [{ _id: 'listTaskActivity', task: task.id }] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const query = { page_size: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
      return (await listTaskActivity({ path: pathOf(task), query, signal })).data;
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = read;
  if (read.isError && !data) return <NotRead what="The activity" of={read} />;
  if (!data) return null;
  const items = data.pages.flatMap((page) => page.items).filter((one) => told(one).length > 0);
  return (
    <section aria-label="Activity" className="grid justify-items-start gap-1.5">
      <h3>Activity</h3>
      <ul className="grid gap-1.5">
        {items.map((one) => (
          <Happening key={one.id} one={one} />
        ))}
      </ul>
      {hasNextPage && (
        <Button
          size="sm"
          look="quiet"
          className="-ml-2"
          busy={isFetchingNextPage && 'Fetching…'}
          onClick={() => void fetchNextPage()}
        >
          Show earlier
        </Button>
      )}
    </section>
  );
}

function Happening({ one }: { one: ActivityRead }) {
  const name = one.actor?.name ?? 'Taskyard';
  return (
    <li className="flex items-start gap-2">
      <Person {...(one.actor ? { id: one.actor.id } : {})} name={name} size={16} />
      <p className="min-w-0 text-mute [overflow-wrap:anywhere]">
        <span className="font-[520] text-fg">{name}</span> {told(one).join('; ')} ·{' '}
        <Ago at={one.at} className="text-xs" />
      </p>
    </li>
  );
}
