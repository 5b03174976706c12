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
  return <ol className={clsx('grid', className)}>{children}</ol>;
}

type StopProps = { signal: Signal; said: string; children: ReactNode; className?: string; last?: boolean };

/** One stop. `said` is the signal in words, for those who do not see it. */
export function Stop({ signal, said, children, className, last }: StopProps) {
  return (
    <li className={clsx('relative flex gap-3', className)} aria-current={signal === 'live' ? 'step' : undefined}>
      {!last && (
        <span
          aria-hidden="true"
          className="absolute top-[calc(0.6rem+7px)] bottom-[calc(-0.6rem+7px)] left-1 w-0.5 bg-line"
        />
      )}
      <span
        aria-hidden="true"
        className={clsx('relative mt-[0.3rem] size-2.5 shrink-0 rounded-full border-2', LAMPS[signal])}
      />
      <span className="sr-only">{said}: </span>
      <div className="min-w-0 flex-1">{children}</div>
    </li>
  );
}
