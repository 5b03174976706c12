import { clsx } from 'clsx';
import type { ReactNode } from 'react';

export type Tone = 'plain' | 'live' | 'ok' | 'bad' | 'warn' | 'info' | 'wait';

const TONES: Record<Tone, string> = {
  plain: 'bg-raise text-mute',
  live: 'bg-live-bg text-live',
  ok: 'bg-ok-bg text-ok',
  bad: 'bg-bad-bg text-bad',
  warn: 'bg-warn-bg text-warn',
  info: 'bg-info-bg text-info',
  wait: 'bg-wait-bg text-wait',
};

/** A state or a small fact, always with its word. */
export function Chip({ tone = 'plain', icon, children }: { tone?: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span
      className={clsx(
        'inline-flex h-5 shrink-0 items-center gap-1 rounded-tag px-1.5 font-[520] text-[0.71875rem] whitespace-nowrap [&_svg]:size-3',
        TONES[tone],
      )}
    >
      {icon}
      {children}
    </span>
  );
}
