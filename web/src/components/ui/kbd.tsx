import { clsx } from 'clsx';

export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

const NAMES: Record<string, string> = { Mod: isMac ? '⌘' : 'Ctrl', Shift: isMac ? '⇧' : 'Shift', Escape: 'Esc' };

/** Keys as drawn on a keyboard: "Mod+K", "G P", "?". A phone has none, so it shows none. */
export function Kbd({ keys, inverse = false }: { keys: string; inverse?: boolean }) {
  const steps = keys.split(' ');
  return (
    <span aria-hidden="true" className="inline-flex gap-0.5 pointer-coarse:hidden">
      {steps.map((step) => (
        <kbd
          key={step}
          className={clsx(
            'inline-flex h-4 min-w-4 items-center justify-center rounded-[4px] border border-b-2 px-1 font-medium text-[0.65625rem] leading-none',
            inverse ? 'border-current opacity-60' : 'border-edge text-faint',
          )}
        >
          {step
            .split('+')
            .map((key) => NAMES[key] ?? key)
            .join(isMac ? '' : '+')}
        </kbd>
      ))}
    </span>
  );
}
