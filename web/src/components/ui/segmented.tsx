import { useId } from 'react';

type SegmentedProps<T extends string> = {
  label: string;
  value: T;
  options: readonly { value: T; label: string; count?: number }[];
  onChange: (value: T) => void;
};

/** One of a few, all in sight. Radio buttons underneath, so arrows and readers work. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  const name = useId();
  return (
    <fieldset className="inline-flex rounded-ctl border border-edge bg-panel">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative flex h-[calc(var(--ctl)-2px)] items-center gap-1.5 px-2.5 text-mute text-xs whitespace-nowrap first-of-type:rounded-l-[5px] last-of-type:rounded-r-[5px] hover:text-fg has-checked:bg-raise has-checked:font-[550] has-checked:text-fg has-focus-visible:z-1 has-focus-visible:outline-2 has-focus-visible:outline-ink"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="absolute inset-0 appearance-none opacity-0"
          />
          {option.label}
          {option.count !== undefined && <span className="num font-normal text-faint">{option.count}</span>}
        </label>
      ))}
    </fieldset>
  );
}
