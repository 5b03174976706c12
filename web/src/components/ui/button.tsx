import { createLink } from '@tanstack/react-router';
import { clsx } from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

type Look = {
  /** `ink` is the one thing this place is for; `line` everything else; `quiet` until hovered; `bad` destroys. */
  look?: 'ink' | 'line' | 'quiet' | 'bad';
  size?: 'md' | 'sm';
  icon?: ReactNode;
  /** Shown after the words, for instance the key that does the same. */
  after?: ReactNode;
};

const LOOKS = {
  ink: 'border-ink bg-ink text-on-ink hover:bg-ink/88 active:bg-ink/80',
  line: 'border-edge bg-panel hover:bg-raise active:border-faint',
  quiet: 'border-transparent text-mute hover:bg-raise hover:text-fg data-popup-open:bg-raise data-popup-open:text-fg',
  bad: 'border-bad/40 bg-panel text-bad hover:bg-bad-bg active:border-bad',
};

export function buttonClass({ look = 'line', size = 'md' }: Look, only: boolean, className?: string): string {
  return clsx(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-ctl border font-[520] text-[0.78125rem] whitespace-nowrap',
    'transition-colors select-none disabled:pointer-events-none disabled:opacity-45',
    'aria-disabled:opacity-45 [&_svg]:size-3.5 [&_svg]:shrink-0',
    size === 'md' ? 'ctl' : 'h-6 text-xs pointer-coarse:h-8',
    only ? (size === 'md' ? 'w-[var(--ctl)]' : 'w-6 pointer-coarse:w-8') : size === 'md' ? 'px-2.5' : 'px-2',
    LOOKS[look],
    className,
  );
}

type ButtonProps = ComponentProps<'button'> &
  Look & {
    /** What it says while it works; the button then takes no second press but keeps its focus. */
    busy?: string | false;
    /** Why one may not press it; it can still be reached, to read that. */
    denied?: string | undefined;
  };

export function Button({ look, size, icon, after, busy, denied, className, children, onClick, ...rest }: ButtonProps) {
  const idle = busy || denied;
  return (
    <button
      type="button"
      {...rest}
      {...(denied ? { 'data-tip': denied } : {})}
      aria-disabled={idle ? true : rest['aria-disabled']}
      onClick={(event) => (idle ? event.preventDefault() : onClick?.(event))}
      className={buttonClass({ look, size }, !children, className)}
    >
      {icon}
      {busy || children}
      {after}
    </button>
  );
}

type AnchorProps = ComponentProps<'a'> & Look;

/** A link that looks like a button, for places outside the app and for downloads. */
export function ButtonAnchor({ look, size, icon, after, className, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={buttonClass({ look, size }, !children, className)}>
      {icon}
      {children}
      {after}
    </a>
  );
}

/** The same for places in the app. */
export const ButtonLink = createLink(ButtonAnchor);
