import { Link } from '@tanstack/react-router';
import { Ellipsis } from 'lucide-react';
import { badge, useUnread } from '@/features/inbox/use-unread';
import { useRunningCount } from '@/features/jobs/use-running';
import { overlay, useOverlay } from '@/lib/overlay';
import { PLACES } from './nav';

const TAB =
  'flex flex-1 flex-col items-center justify-center gap-0.5 text-2xs text-mute [&.active]:font-semibold [&.active]:text-fg ' +
  '[&_svg]:size-[1.125rem]';

/** The same places, under the thumb. */
export function BottomNav() {
  const open = useOverlay() === 'more';
  const running = useRunningCount();
  const unread = useUnread();
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 flex h-[calc(3.25rem+env(safe-area-inset-bottom))] border-line border-t bg-bg pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {PLACES.map((place) => (
        <Link key={place.label} to={place.to} activeOptions={{ exact: place.exact ?? false }} className={TAB}>
          <span className="relative">
            <place.icon strokeWidth={1.75} />
            {place.to === '/inbox' && unread > 0 && (
              <span className="num absolute -top-1.5 left-3 rounded-full bg-ink px-1 font-semibold text-[0.625rem] text-on-ink leading-4">
                {badge(unread)}
                <span className="sr-only"> unread</span>
              </span>
            )}
          </span>
          {place.to === '/runs' && running > 0 ? (
            <span className="num font-semibold text-live">{running} live</span>
          ) : (
            place.label
          )}
        </Link>
      ))}
      <button type="button" aria-haspopup="dialog" aria-expanded={open} className={TAB} onClick={() => overlay('more')}>
        <Ellipsis strokeWidth={1.75} />
        More
      </button>
    </nav>
  );
}
