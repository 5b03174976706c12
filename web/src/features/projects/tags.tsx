import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TagRead } from '@/api/gen';

/** A tag: its color as a dot, since words must stay readable in both themes. */
export function TagChip({ tag, children }: { tag: Pick<TagRead, 'name' | 'color'>; children?: ReactNode }) {
  return (
    <span className="inline-flex h-5 min-w-0 max-w-40 shrink-0 items-center gap-1.5 rounded-tag border border-line px-1.5 text-[0.71875rem] text-mute">
      <span aria-hidden="true" className="size-2 shrink-0 rounded-full" style={{ background: tag.color }} />
      <span className="truncate">{tag.name}</span>
      {children}
    </span>
  );
}

/** A tag that can be taken off. */
export function RemovableTag({ tag, onRemove }: { tag: TagRead; onRemove: () => void }) {
  return (
    <TagChip tag={tag}>
      <button
        type="button"
        aria-label={`Remove the tag ${tag.name}`}
        onClick={onRemove}
        className="-mr-1 grid size-4 shrink-0 place-items-center rounded-[3px] hover:bg-raise hover:text-fg pointer-coarse:size-6"
      >
        <X className="size-3" />
      </button>
    </TagChip>
  );
}
