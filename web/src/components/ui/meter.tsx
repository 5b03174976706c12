import { clsx } from 'clsx';

type MeterProps = {
  value: number;
  max?: number;
  label: string;
  tone?: 'ok' | 'warn' | 'bad' | 'ink';
  className?: string;
};

const FILL = { ok: 'bg-ok', warn: 'bg-warn', bad: 'bg-bad', ink: 'bg-ink' };

/** How much of a whole. */
export function Meter({ value, max = 100, label, tone = 'ink', className }: MeterProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> cannot be drawn the same way in all browsers
    <div
      role="meter"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={max}
      className={clsx('h-[3px] overflow-hidden rounded-full bg-line', className)}
    >
      <div className={clsx('h-full', FILL[tone])} style={{ width: `${Math.min(100, (100 * value) / max)}%` }} />
    </div>
  );
}

/** Work under way: the only bar that is orange. `value` 0 to 100. */
export function Progress({ value, label, className }: { value: number; label: string; className?: string }) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(value)}
      aria-valuemin={0}
      aria-valuemax={100}
      className={clsx('h-[3px] overflow-hidden bg-line', className)}
    >
      <div className="h-full bg-live transition-[width] duration-150" style={{ width: `${value}%` }} />
    </div>
  );
}
