import { createLink } from '@tanstack/react-router';
import { clsx } from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

/** Views of one thing, each with its own address. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className="-mb-px flex gap-4 overflow-x-auto px-4 [scrollbar-width:none] md:px-[1.125rem]">
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
