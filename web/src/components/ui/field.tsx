import { clsx } from 'clsx';
import { type ComponentProps, type ReactNode, useId, useState } from 'react';

export const inputClass =
  'ctl w-full min-w-0 rounded-ctl border border-edge bg-panel px-2.5 text-sm transition-colors ' +
  'hover:border-faint focus-visible:border-ink focus-visible:-outline-offset-1 ' +
  'aria-invalid:border-bad aria-invalid:outline-bad disabled:opacity-50 [&:read-only:not(select)]:bg-raise';

type FieldProps = {
  label: string;
  /** What to put in, before anybody asks. */
  hint?: ReactNode;
  /** What was wrong with it, and what would be right. */
  error?: string | undefined;
  optional?: boolean;
  children: (wiring: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
};

export function Field({ label, hint, error, optional, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="flex items-baseline justify-between font-[520]">
        {label}
        {optional && <span className="font-normal text-faint text-xs">optional</span>}
      </label>
      {children({
        id,
        ...(note ? { 'aria-describedby': `${id}-note` } : {}),
        ...(error ? { 'aria-invalid': true } : {}),
      })}
      {note && (
        <p id={`${id}-note`} className={clsx('text-xs', error ? 'text-bad' : 'text-mute')}>
          {note}
        </p>
      )}
    </div>
  );
}

type TextFieldProps = Omit<FieldProps, 'children'> & Omit<ComponentProps<'input'>, 'children'>;

export function TextField({ label, hint, error, optional, className, ...input }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(wiring) => <input {...wiring} {...input} className={clsx(inputClass, className)} />}
    </Field>
  );
}

export function TextAreaField({
  label,
  hint,
  error,
  optional,
  className,
  ...area
}: Omit<FieldProps, 'children'> & Omit<ComponentProps<'textarea'>, 'children'>) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(wiring) => (
        <textarea {...wiring} rows={3} {...area} className={clsx(inputClass, 'h-auto resize-y py-1.5', className)} />
      )}
    </Field>
  );
}

/** A password with a way to look at it, and a word when Caps Lock is on. */
export function PasswordField({ label, hint, error, ...input }: Omit<TextFieldProps, 'type'>) {
  const [shown, setShown] = useState(false);
  const [caps, setCaps] = useState(false);
  return (
    <Field label={label} hint={caps ? 'Caps Lock is on.' : hint} error={error}>
      {(wiring) => (
        <div className="relative">
          <input
            {...wiring}
            {...input}
            type={shown ? 'text' : 'password'}
            autoCapitalize="none"
            spellCheck={false}
            onKeyUp={(event) => setCaps(event.getModifierState('CapsLock'))}
            onBlur={() => setCaps(false)}
            className={clsx(inputClass, 'pr-14')}
          />
          <button
            type="button"
            aria-pressed={shown}
            aria-label="Show the password"
            onClick={() => setShown(!shown)}
            className="absolute inset-y-0 right-0 rounded-r-ctl px-2.5 text-mute text-xs hover:text-fg"
          >
            {shown ? 'Hide' : 'Show'}
          </button>
        </div>
      )}
    </Field>
  );
}
