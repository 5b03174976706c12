import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { Archive, CheckCheck } from 'lucide-react';
import { markAllNotificationsReadMutation } from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { Page } from '@/components/page';
import { Button, ButtonLink } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { Segmented } from '@/components/ui/segmented';
import { BoneRows } from '@/components/ui/skeleton';
import { type Group, grouped } from '@/features/inbox/groups';
import { NoticeRow } from '@/features/inbox/notice-row';
import { snoozeEnd } from '@/features/inbox/snooze';
import { SnoozeButton } from '@/features/inbox/snooze-button';
import { type Acts, type State, told, useActs, useInbox } from '@/features/inbox/use-inbox';
import { badge, useUnread } from '@/features/inbox/use-unread';
import { useAction } from '@/lib/action';
import { useShortcuts } from '@/lib/shortcuts';
import { sayFailed } from '@/lib/toasts';

const STATES = [
  { value: 'inbox', label: 'Inbox' },
  { value: 'unread', label: 'Unread' },
  { value: 'snoozed', label: 'Later' },
  { value: 'archived', label: 'Archived' },
] as const;

type Search = { state?: Exclude<State, 'inbox'> };

export const Route = createFileRoute('/_app/inbox')({
  validateSearch: ({ state }: Record<string, unknown>): Search => {
    const known = STATES.find((one) => one.value === state)?.value;
    return known && known !== 'inbox' ? { state: known } : {};
  },
  component: Inbox,
});

/** The notification whose row has the focus, or lies under the pointer. */
function pointed(): string | undefined {
  const row = document.activeElement?.closest('[data-notice]') ?? document.querySelector('[data-notice]:hover');
  return row?.getAttribute('data-notice') ?? undefined;
}

function useKeys(acts: Acts, isRead: (id: string) => boolean): void {
  const onPointed = (run: (ids: string[]) => unknown) => () => {
    const id = pointed();
    if (id) void run([id]);
  };
  useShortcuts([
    { keys: 'E', does: 'Archive', run: onPointed(acts.archive) },
    { keys: 'U', does: 'Mark as read or unread', run: onPointed((ids) => toggled(acts, ids, isRead)) },
    { keys: 'H', does: 'Put aside until tomorrow', run: onPointed((ids) => acts.snooze(ids, snoozeEnd('tomorrow'))) },
  ]);
}

function toggled(acts: Acts, ids: string[], isRead: (id: string) => boolean): unknown {
  return ids[0] && isRead(ids[0]) ? acts.unread(ids) : acts.read(ids);
}

function Inbox() {
  const { state = 'inbox' } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const read = useInbox(state);
  const { items, isPending, error, hasNextPage, isFetchingNextPage, fetchNextPage } = read;
  const acts = useActs(state);
  const unread = useUnread();
  useKeys(acts, (id) => Boolean(items.find((item) => item.id === id)?.read_at));
  const readAll = useAction(markAllNotificationsReadMutation(), {
    onSuccess: told,
    onError: (refused) => void sayFailed('Nothing was marked', refused),
  });
  return (
    <Page
      title="Inbox"
      beside={unread > 0 && <span className="num text-mute">{badge(unread)} unread</span>}
      actions={
        unread > 0 && (
          <Button icon={<CheckCheck />} busy={readAll.isPending && 'Marking…'} onClick={() => readAll.mutate({})}>
            <span className="max-sm:hidden">Mark all as read</span>
            <span className="sm:hidden">All read</span>
          </Button>
        )
      }
      below={
        <div className="px-4 pb-2 md:px-[1.125rem]">
          <Segmented
            label="Which"
            value={state}
            options={STATES}
            onChange={(next) => void navigate({ search: next === 'inbox' ? {} : { state: next } })}
          />
        </div>
      }
    >
      <div className="grid w-full max-w-4xl grid-cols-[minmax(0,1fr)] gap-3 px-4 py-4 empty:hidden md:px-[1.125rem]">
        {error && <NotRead what="The inbox" of={read} />}
        {isPending && <BoneRows label="The inbox is on its way" />}
        {grouped(items).map((group) => (
          <Thing key={group.key} group={group} state={state} acts={acts} />
        ))}
        {hasNextPage && (
          <Button busy={isFetchingNextPage && 'Fetching…'} onClick={() => void fetchNextPage()}>
            Show older ones
          </Button>
        )}
      </div>
      {!isPending && !error && items.length === 0 && <Nothing state={state} />}
    </Page>
  );
}

/** Everything told of one thing. */
function Thing({ group, state, acts }: { group: Group; state: State; acts: Acts }) {
  const first = group.items[0];
  if (!first) return null;
  const { about, project } = first;
  const ids = group.items.map((item) => item.id);
  return (
    <section aria-label={about.title} className="overflow-hidden rounded-panel border border-line bg-panel">
      <header className="flex min-h-9 items-center gap-2 border-line border-b px-3.5 py-1">
        <h2 className="min-w-0 truncate text-sm">
          {about.key && <span className="mr-1.5 font-mono font-normal text-mute text-xs">{about.key}</span>}
          {about.title}
        </h2>
        {project && project.name !== about.title && <span className="truncate text-mute text-xs">{project.name}</span>}
        {state !== 'archived' && (
          <span className="ml-auto flex shrink-0">
            <SnoozeButton
              ids={ids}
              label={`Remind me later of everything about ${about.title}`}
              tip="Remind me later of all of it"
              snoozed={state === 'snoozed'}
              acts={acts}
            />
            <Button
              look="quiet"
              size="sm"
              icon={<Archive />}
              aria-label={`Archive everything about ${about.title}`}
              data-tip="Archive all of it"
              onClick={() => void acts.archive(ids)}
            />
          </span>
        )}
      </header>
      <ul>
        {group.items.map((item) => (
          <NoticeRow key={item.id} item={item} state={state} acts={acts} />
        ))}
      </ul>
    </section>
  );
}

const NOTHING: Record<State, { title: string; words: string }> = {
  inbox: {
    title: 'Nothing waits for you',
    words:
      'Here you are told when somebody mentions you with an @, assigns you a task, answers you, or when a run of yours ends.',
  },
  unread: { title: 'Everything is read', words: 'What is new stands here and on the badge beside “Inbox”.' },
  snoozed: { title: 'Nothing is put aside', words: 'H puts the row you are on aside until tomorrow at nine.' },
  archived: { title: 'Nothing is archived', words: 'E archives the row you are on; it stays here for half a year.' },
};

function Nothing({ state }: { state: State }) {
  const { title, words } = NOTHING[state];
  return (
    <Empty
      title={title}
      action={state === 'inbox' && <ButtonLink to="/settings/notifications">Choose what you are told</ButtonLink>}
    >
      {words}
    </Empty>
  );
}
