import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { listProjectsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { ProjectKey } from '@/components/ui/avatar';
import { Mark } from '@/components/ui/mark';
import { badge, useUnread } from '@/features/inbox/use-unread';
import { useRunningCount } from '@/features/jobs/use-running';
import { useMe } from '@/lib/session';
import { PEOPLE, PLACES, type Place, SETTINGS, TEAMS } from './nav';
import { UserButton } from './user-button';

const ROW =
  'flex h-[1.875rem] items-center gap-2.5 rounded-ctl px-2 text-mute transition-colors hover:bg-raise/70 hover:text-fg ' +
  '[&.active]:bg-raise [&.active]:font-[520] [&.active]:text-fg';

export const RECENT = { query: { page_size: 6 } };

function PlaceLink({ place, after }: { place: Place; after?: ReactNode }) {
  return (
    <Link
      to={place.to}
      activeOptions={{ exact: place.exact ?? false }}
      className={ROW}
      aria-keyshortcuts={place.keys}
      data-tip={place.keys.replace(' ', ' then ')}
    >
      <place.icon className="size-4 shrink-0" strokeWidth={1.75} />
      {place.label}
      {after}
    </Link>
  );
}

function RecentProjects() {
  const { data } = useQuery(listProjectsOptions(RECENT));
  if (!data?.items.length) return null;
  return (
    <div className="mt-5">
      <p className="px-2 pb-1 font-medium text-2xs text-faint">Projects</p>
      {data.items.map((project) => (
        <Link key={project.id} to="/projects/$projectId" params={{ projectId: project.id }} className={ROW}>
          <ProjectKey of={project.key} className="w-10" />
          <span className="truncate">{project.name}</span>
        </Link>
      ))}
    </div>
  );
}

function Unread({ count }: { count: number }) {
  return (
    <span className="num ml-auto rounded-full bg-ink px-1.5 font-semibold text-2xs text-on-ink leading-[1.125rem]">
      {badge(count)}
      <span className="sr-only"> unread</span>
    </span>
  );
}

export function Sidebar() {
  const running = useRunningCount();
  const unread = useUnread();
  const me = useMe();
  return (
    <nav
      aria-label="Main"
      className="sticky top-0 flex h-dvh flex-col border-line border-r px-2.5 pt-3 pb-2.5 max-md:hidden"
    >
      <Link
        to="/"
        className="mb-3 flex items-center gap-2 self-start rounded-ctl px-2 py-1 font-[650] text-base tracking-tight"
      >
        <Mark lit={running > 0} />
        Taskyard
      </Link>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        {PLACES.map((place) => (
          <PlaceLink
            key={place.label}
            place={place}
            after={
              place.to === '/runs' && running > 0 ? (
                <span className="num ml-auto font-semibold text-2xs text-live">{running} live</span>
              ) : (
                place.to === '/inbox' && unread > 0 && <Unread count={unread} />
              )
            }
          />
        ))}
        <PlaceLink place={TEAMS} />
        <RecentProjects />
        <div className="flex-1" />
        {me.role === 'admin' && <PlaceLink place={PEOPLE} />}
        <PlaceLink place={SETTINGS} />
      </div>
      <UserButton className={ROW} />
    </nav>
  );
}
