import type { LabelRead } from '@/api/gen';

/** A label's colour. Its name stands beside it. */
export function LabelDot({ color }: { color: string }) {
  return (
    <span
      aria-hidden="true"
      className="mx-0.5 size-2.5 shrink-0 rounded-full border border-fg/15"
      style={{ background: color }}
    />
  );
}

/** A label as tasks wear it. */
export function Label({ label }: { label: LabelRead }) {
  return (
    <span className="inline-flex h-5 min-w-0 max-w-36 items-center gap-1 rounded-tag bg-raise px-1 pr-1.5 text-[0.71875rem] text-mute">
      <LabelDot color={label.color} />
      <span className="truncate">{label.name}</span>
    </span>
  );
}
