import { clsx } from 'clsx';
import type { ReactNode } from 'react';

export type Signal = 'ahead' | 'now' | 'live' | 'done' | 'bad' | 'skipped';

const LAMPS: Record<Signal, string> = {
  ahead: 'border-edge bg-bg',
  now: 'border-ink bg-bg',
  live: 'border-live bg-live',
  done: 'border-ok bg-ok',
  bad: 'border-bad bg-bad',
  skipped: 'border-edge bg-edge',
};

/** Steps as a track: a line with a signal at each stop. */
export function Track({ children, className }: { children: ReactNode; className?: string }) {
  return <ol className={clsx('grid gap-(--gap) [--gap:0rem] [--lamp:0.3rem]', className)}>{children}</ol>;
}

type StopProps = { signal: Signal; said: string; children: ReactNode; className?: string; last?: boolean };

/** One stop. `said` is the signal in words, for those who do not see it. */
export function Stop({ signal, said, children, className, last }: StopProps) {
  return (
    <li className={clsx('flex gap-3', className)} aria-current={signal === 'live' ? 'step' : undefined}>
      <span className="relative mt-(--lamp) w-2.5 shrink-0">
        <span aria-hidden="true" className={clsx('block size-2.5 rounded-full border-2', LAMPS[signal])} />
        {!last && (
          <span
            aria-hidden="true"
            className="absolute top-3.5 bottom-[calc(-1*var(--lamp)-var(--gap)+0.25rem)] left-1 w-0.5 bg-line"
          />
        )}
      </span>
      <span className="sr-only">{said}: </span>
      <div className="min-w-0 flex-1">{children}</div>
    </li>
  );
}
