import { clsx } from 'clsx';
import { initials } from '@/lib/format';

// Earth tones that carry white letters at 4.5:1 or better in both themes. No orange: that means live.
const TONES = ['#75644f', '#2456a6', '#157347', '#6b3fa0', '#8a4a5c', '#3f6674', '#6d6220', '#5d5d66'];

/** The same tone for the same id, everywhere. */
function tone(id: string): string | undefined {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return TONES[sum % TONES.length];
}

type AvatarProps = { name: string; id?: string; size?: number };

/** People are round. The name stands beside it or in the label of what holds it, so it is hidden from readers. */
export function Person({ name, id = name, size = 18 }: AvatarProps) {
  return (
    <span
      aria-hidden="true"
      className="inline-grid shrink-0 place-items-center rounded-full font-[650] text-white"
      style={{ width: size, height: size, fontSize: size * 0.46, background: tone(id), color: '#fff' }}
    >
      {initials(name)}
    </span>
  );
}

/** Machines are square. */
export function Machine({ name, size = 18 }: AvatarProps) {
  return (
    <span
      aria-hidden="true"
      className="inline-grid shrink-0 place-items-center rounded-tag bg-ink font-[650] text-on-ink"
      style={{ width: size, height: size, fontSize: size * 0.5 }}
    >
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}

/** A project's key, set like the number on a wagon. */
export function ProjectKey({ of, className }: { of: string; className?: string }) {
  return (
    <span
      className={clsx(
        'inline-flex h-[1.125rem] min-w-[1.625rem] shrink-0 items-center justify-center rounded-[4px] border border-edge px-1 font-medium font-mono text-[0.65625rem] text-mute leading-none',
        className,
      )}
    >
      <span className="truncate">{of}</span>
    </span>
  );
}
