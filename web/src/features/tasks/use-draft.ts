import { useCallback, useState } from 'react';
import { draftOf, keepDraft } from '@/features/comments/drafts';

/** A text that survives a reload, under a name, while it differs from what it began with. */
export function useDraft(name: string, initial: string): [string, (text: string) => void, () => void] {
  const [text, setText] = useState(() => draftOf(name) || initial);
  const write = useCallback(
    (next: string) => {
      setText(next);
      keepDraft(name, next === initial ? '' : next);
    },
    [name, initial],
  );
  const drop = useCallback(() => keepDraft(name, ''), [name]);
  return [text, write, drop];
}
