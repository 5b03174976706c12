import { clsx } from 'clsx';
import { count, plural } from '@/lib/format';
import { exact } from '@/lib/time';
import { type Bar, millis } from './series';

type CallBarsProps = { bars: readonly Bar[]; label: string; className?: string; tips?: boolean };

/** Calls by time; the red foot of a bar are the errors among them. */
export function CallBars({ bars, label, className, tips = false }: CallBarsProps) {
  const most = Math.max(1, ...bars.map((bar) => bar.calls));
  const all = bars.reduce((sum, bar) => sum + bar.calls, 0);
  return (
    <div
      role="img"
      aria-label={`${label}: ${plural(all, 'call')}`}
      className={clsx('flex items-end gap-px', className)}
    >
      {bars.map((bar) => (
        <span
          key={bar.at.getTime()}
          data-tip={tips ? said(bar) : undefined}
          className="flex h-full min-w-0 flex-1 flex-col justify-end hover:bg-raise"
        >
          {bar.calls > 0 && (
            <span
              className="flex min-h-0.5 flex-col justify-end bg-ink"
              style={{ height: `${(100 * bar.calls) / most}%` }}
            >
              <span className="bg-bad" style={{ height: `${(100 * bar.errors) / bar.calls}%` }} />
            </span>
          )}
        </span>
      ))}
    </div>
  );
}

function said(bar: Bar): string {
  const errors = bar.errors ? `, ${plural(bar.errors, 'error')}` : '';
  const slow = bar.p95 === null ? '' : `, p95 ${millis(bar.p95)}`;
  return `${exact(bar.at)}: ${count(bar.calls)} calls${errors}${slow}`;
}
