import { Bone } from '@/components/ui/skeleton';

/** The board's shape while it is on its way. */
export function BoardBones() {
  return (
    <div role="status" className="late flex gap-2 overflow-hidden px-3 pt-3">
      <span className="sr-only">The board is on its way</span>
      {[4, 3, 2, 3].map((cards, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
        <div key={column} className="grid w-[13.25rem] shrink-0 grow content-start gap-2 px-1">
          <Bone className="h-4 w-24" />
          {Array.from({ length: cards }, (_, card) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
            <Bone key={card} className="h-20" />
          ))}
        </div>
      ))}
    </div>
  );
}
