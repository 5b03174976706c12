import { createLink, useRouterState } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { type ComponentProps, type ReactNode, useEffect, useRef } from 'react';

/** Views of one thing, each with its own address. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  const bar = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // On a phone they do not all fit: the one that one is on is in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address has another tab
  useEffect(() => {
    const tab = bar.current?.querySelector<HTMLElement>('.active');
    if (!tab || !bar.current) return;
    bar.current.scrollLeft = tab.offsetLeft - (bar.current.clientWidth - tab.offsetWidth) / 2;
  }, [path]);
  return (
    <nav
      ref={bar}
      aria-label={label}
      className="relative -mb-px flex gap-4 overflow-x-auto px-4 [scrollbar-width:none] md:px-[1.125rem]"
    >
      {children}
    </nav>
  );
}

function TabAnchor({ count, children, className, ...rest }: ComponentProps<'a'> & { count?: number | undefined }) {
  return (
    <a
      {...rest}
      className={clsx(
        'flex h-9 items-center gap-1.5 whitespace-nowrap border-transparent border-b-2 font-[520] text-mute transition-colors hover:text-fg',
        '[&.active]:border-ink [&.active]:text-fg',
        className,
      )}
    >
      {children}
      {count !== undefined && <span className="num font-normal text-faint text-xs">{count}</span>}
    </a>
  );
}

export const Tab = createLink(TabAnchor);
