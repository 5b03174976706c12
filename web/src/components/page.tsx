import { Link, type LinkProps } from '@tanstack/react-router';
import { ChevronLeft, Search } from 'lucide-react';
import type { ReactNode } from 'react';
import { overlay } from '@/lib/overlay';
import { useTitle } from '@/lib/title';
import { Main } from './main';
import { LiveIndicator, OfflineBanner } from './shell/live-indicator';
import { Button } from './ui/button';
import { Kbd } from './ui/kbd';

export type Crumb = { label: string; link: LinkProps };

type PageProps = {
  title: string;
  crumbs?: readonly Crumb[];
  /** Beside the title: what state it is in. */
  beside?: ReactNode;
  actions?: ReactNode;
  /** Tabs or filters: a second line that stays in sight. */
  below?: ReactNode;
  /** What the tab's own signal shows. */
  signal?: 'live' | 'ok' | 'bad' | undefined;
  children: ReactNode;
};

function Crumbs({ crumbs, title }: { crumbs: readonly Crumb[]; title: string }) {
  const back = crumbs.at(-1);
  return (
    <nav aria-label="Breadcrumb" className="flex min-w-0 items-center">
      {back && (
        <Link
          {...back.link}
          aria-label={`Back to ${back.label}`}
          className="-ml-2 grid size-9 shrink-0 place-items-center text-mute md:hidden"
        >
          <ChevronLeft className="size-5" />
        </Link>
      )}
      <ol className="flex min-w-0 items-center">
        {crumbs.map((crumb) => (
          <li key={crumb.label} className="flex min-w-0 items-center text-mute max-md:hidden">
            <Link {...crumb.link} className="truncate rounded-[3px] py-1 hover:text-fg">
              {crumb.label}
            </Link>
            <span aria-hidden="true" className="px-1.5 text-faint">
              /
            </span>
          </li>
        ))}
        <li className="min-w-0">
          <h1 className="truncate text-sm">{title}</h1>
        </li>
      </ol>
    </nav>
  );
}

/** One page: its bar with where it is, what can be done, and the page itself. */
export function Page({ title, crumbs = [], beside, actions, below, signal, children }: PageProps) {
  useTitle(title, signal);
  return (
    <>
      <header className="sticky top-0 z-20 border-line border-b bg-bg">
        <div className="flex h-[2.875rem] items-center gap-2.5 px-4 md:px-[1.125rem]">
          <Crumbs crumbs={crumbs} title={title} />
          {beside}
          <div className="flex-1" />
          <LiveIndicator />
          <Button
            className="max-lg:hidden"
            icon={<Search className="text-mute" />}
            after={<Kbd keys="Mod+K" />}
            aria-keyshortcuts="Meta+K Control+K"
            onClick={() => overlay('palette')}
          >
            <span className="pr-6 font-normal text-mute">Search or do…</span>
          </Button>
          {actions}
        </div>
        {below}
        <OfflineBanner />
      </header>
      <Main className="flex min-w-0 flex-1 flex-col">{children}</Main>
    </>
  );
}
