import { type ReactNode, useId } from 'react';

type SwitchProps = { label: string; hint?: ReactNode; checked: boolean; onChange: (checked: boolean) => void };

/** On or off, at once. A check box underneath. */
export function Switch({ label, hint, checked, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex gap-3">
      <span className="relative mt-0.5 inline-flex h-4 w-7 shrink-0">
        <input
          id={id}
          type="checkbox"
          role="switch"
          checked={checked}
          aria-checked={checked}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onChange={(event) => onChange(event.target.checked)}
          className="peer h-4 w-7 appearance-none rounded-full border border-faint bg-panel transition-colors checked:border-ink checked:bg-ink before:absolute before:-inset-1.5"
        />
        <span
          aria-hidden="true"
          className="pointer-events-none absolute top-[3px] left-[3px] size-2.5 rounded-full bg-faint transition-transform peer-checked:translate-x-3 peer-checked:bg-on-ink"
        />
      </span>
      <div>
        <label htmlFor={id} className="font-[520]">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="mt-0.5 text-mute text-xs [text-wrap:pretty]">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
