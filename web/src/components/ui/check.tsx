import { Check as Tick } from 'lucide-react';

type CheckProps = {
  label: string;
  checked: boolean;
  /** `range` is told where Shift was held: everything from the last one on is meant. */
  onChange: (checked: boolean, range: boolean) => void;
  className?: string;
};

/** A box to choose a row with. */
export function Check({ label, checked, onChange, className = '' }: CheckProps) {
  return (
    <span className={`relative grid size-6 shrink-0 place-items-center pointer-coarse:size-8 ${className}`}>
      <input
        type="checkbox"
        aria-label={label}
        checked={checked}
        onChange={(event) => onChange(event.target.checked, (event.nativeEvent as MouseEvent).shiftKey === true)}
        className="peer col-start-1 row-start-1 size-4 appearance-none rounded-[4px] border border-faint bg-panel checked:border-ink checked:bg-ink"
      />
      <Tick
        aria-hidden="true"
        strokeWidth={3}
        className="pointer-events-none invisible col-start-1 row-start-1 size-3 text-on-ink peer-checked:visible"
      />
    </span>
  );
}
