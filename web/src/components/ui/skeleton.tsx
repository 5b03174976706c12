import { clsx } from 'clsx';

/** A grey shape of the final size. */
export function Bone({ className }: { className?: string }) {
  return <span aria-hidden="true" className={clsx('block rounded-tag bg-raise', className)} />;
}

/** Rows of a list that is on its way. */
export function BoneRows({ rows = 6, label }: { rows?: number; label: string }) {
  return (
    <div role="status" className="late">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
        <div key={row} className="flex items-center gap-4 border-line border-b px-4 py-3 last:border-0">
          <Bone className="h-3.5 w-10" />
          <Bone className={clsx('h-3.5', ['w-40', 'w-56', 'w-32'][row % 3])} />
          <Bone className="ml-auto h-3.5 w-16" />
        </div>
      ))}
    </div>
  );
}
