import { type KeyboardEvent, type ReactNode, type RefObject, useId, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { type Begun, begunAt, closedUp, complete } from './begun';

/** A word that is offered: what is written, and how it is shown. */
export type Offer = { id: string; word: string; shown: ReactNode };

type Wiring<Mark extends string> = {
  box: RefObject<HTMLTextAreaElement | null>;
  /** After what a word is completed. */
  marks: readonly Mark[];
  projectId: string;
  /** What the project has for a word that was begun. */
  useOffers: (projectId: string, begun: Begun<Mark> | undefined) => readonly Offer[];
  setText: (text: string) => void;
};

/** Offers words while somebody types one after a mark. Arrows choose, Enter or Tab takes, Escape lets be. */
export function useCompleting<Mark extends string>({ box, marks, projectId, useOffers, setText }: Wiring<Mark>) {
  const [begun, setBegun] = useState<Begun<Mark>>();
  const [at, setAt] = useState(0);
  const list = useId();
  const known = useOffers(projectId, begun);
  const offers = begun ? known : [];
  const chosen = offers[Math.min(at, offers.length - 1)];
  const close = () => setBegun(undefined);
  /** Where the caret was put after a word: what is typed there may want to stand close to it. */
  const gap = useRef<number>(undefined);

  function look(): void {
    const area = box.current;
    if (area && gap.current !== undefined && area.selectionStart !== gap.current) {
      const closed = closedUp(area.value, area.selectionStart, gap.current, marks);
      gap.current = undefined;
      if (closed) put(area, closed);
    }
    const next = area ? begunAt(area.value, area.selectionStart, marks) : undefined;
    if (next?.word !== begun?.word || next?.mark !== begun?.mark) setAt(0);
    setBegun(next);
  }

  /** What is typed next comes after it, however soon. */
  function put(area: HTMLTextAreaElement, next: { text: string; caret: number }): void {
    flushSync(() => {
      setText(next.text);
      close();
    });
    area.focus();
    area.setSelectionRange(next.caret, next.caret);
  }

  function take(offer: Offer): void {
    const area = box.current;
    if (!area || !begun) return;
    const next = complete(area.value, area.selectionStart, begun, offer.word);
    put(area, next);
    gap.current = next.caret;
  }

  /** Whether the key was for the list. */
  function onKey(event: KeyboardEvent): boolean {
    if (!chosen || event.nativeEvent.isComposing) return false;
    const enters = event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (event.key === 'ArrowDown') setAt((at + 1) % offers.length);
    else if (event.key === 'ArrowUp') setAt((at - 1 + offers.length) % offers.length);
    // A word that is written out is meant as it stands.
    else if (enters && chosen.word !== begun?.word) take(chosen);
    else if (event.key === 'Tab' && !event.shiftKey) take(chosen);
    else if (event.key === 'Escape') close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  return {
    box,
    list,
    offers,
    chosen,
    look,
    take,
    onKey,
    close,
    /** What tells readers of it, on the field. */
    aria: {
      'aria-autocomplete': 'list' as const,
      'aria-haspopup': 'listbox' as const,
      'aria-controls': offers.length ? list : undefined,
      'aria-activedescendant': chosen && `${list}-${chosen.id}`,
    },
  };
}
