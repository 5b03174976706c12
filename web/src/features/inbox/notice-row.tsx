import { Link, type LinkProps } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { Archive, ArchiveRestore, Mail, MailOpen } from 'lucide-react';
import type { NotificationRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { day } from '@/lib/time';
import { plain } from './plain';
import { SnoozeButton } from './snooze-button';
import type { Acts, State } from './use-inbox';
import { BY_ITSELF, SAYS } from './wording';

/** Where what happened is looked at. */
export function placeOf({ about, project }: NotificationRead): LinkProps['to'] {
  if (about.type === 'job') return `/runs/${about.id}` as LinkProps['to'];
  if (about.type === 'team') return '/teams';
  if (about.type === 'invitation' || !project) return '/projects';
  if (about.type === 'task') return `/projects/${project.id}/tasks/${about.id}` as LinkProps['to'];
  return `/projects/${project.id}` as LinkProps['to'];
}

type NoticeRowProps = { item: NotificationRead; state: State; acts: Acts };

/** One thing somebody was told; the whole row leads to it and marks it read. */
export function NoticeRow({ item, state, acts }: NoticeRowProps) {
  const { icon: Icon, words: usual } = SAYS[item.type];
  const words = item.about.type === 'team' ? 'invites you to the team' : usual;
  const unread = !item.read_at;
  const actor = BY_ITSELF.has(item.type) ? undefined : (item.actor ?? { id: '', name: 'Somebody' });
  return (
    <li
      className="group relative flex min-h-10 items-start gap-2.5 border-line border-t px-3.5 py-2.5 first:border-0 hover:bg-raise/60"
      data-notice={item.id}
    >
      <span className={clsx('mt-1.5 size-1.5 shrink-0 rounded-full', unread && 'bg-fg')}>
        {unread && <span className="sr-only">Unread</span>}
      </span>
      <span className="mt-px">
        {actor ? (
          <Person id={actor.id} name={actor.name} />
        ) : (
          <Icon
            aria-hidden="true"
            className={clsx('size-[18px]', item.type === 'job_failed' ? 'text-bad' : 'text-ok')}
          />
        )}
      </span>
      <div className="min-w-0 flex-1">
        <Link
          to={placeOf(item)}
          {...(item.comment_id ? { hash: `comment-${item.comment_id}` } : {})}
          data-row-link
          onClick={() => unread && void acts.read([item.id])}
          className={clsx(
            'outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ink',
            unread ? 'font-[550]' : 'text-mute',
          )}
        >
          {actor && `${actor.name} `}
          {words}
        </Link>
        {item.excerpt && <p className="truncate text-mute">{plain(item.excerpt)}</p>}
        {item.snoozed_until && <p className="text-mute text-xs">Comes back {day(new Date(item.snoozed_until))}</p>}
      </div>
      <span className="grid shrink-0 justify-items-end sm:pointer-fine:*:[grid-area:1/1]">
        <Ago
          at={item.created_at}
          className="relative mt-px text-mute text-xs sm:pointer-fine:group-focus-within:invisible sm:pointer-fine:group-hover:invisible"
        />
        <Tools item={item} state={state} acts={acts} />
      </span>
    </li>
  );
}

function Tools({ item, state, acts }: NoticeRowProps) {
  const away = state === 'archived';
  return (
    <span className="relative -my-0.5 flex max-sm:hidden sm:pointer-fine:opacity-0 sm:pointer-fine:group-focus-within:opacity-100 sm:pointer-fine:group-hover:opacity-100">
      {!away && (
        <Button
          look="quiet"
          size="sm"
          icon={item.read_at ? <Mail /> : <MailOpen />}
          aria-label={item.read_at ? 'Mark as unread' : 'Mark as read'}
          data-tip={item.read_at ? 'Mark as unread' : 'Mark as read'}
          onClick={() => void (item.read_at ? acts.unread : acts.read)([item.id])}
        />
      )}
      {!away && (
        <SnoozeButton
          ids={[item.id]}
          label="Remind me later"
          tip="Remind me later"
          snoozed={item.snoozed_until !== null}
          acts={acts}
        />
      )}
      <Button
        look="quiet"
        size="sm"
        icon={away ? <ArchiveRestore /> : <Archive />}
        aria-label={away ? 'Put back into the inbox' : 'Archive'}
        data-tip={away ? 'Put back into the inbox' : 'Archive'}
        onClick={() => void (away ? acts.unarchive : acts.archive)([item.id])}
      />
    </span>
  );
}
