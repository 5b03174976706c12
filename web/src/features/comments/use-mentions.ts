import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type RefObject, useState } from 'react';
import type { PersonRead } from '@/api/gen';
import { listPeopleToMentionOptions } from '@/api/gen/@tanstack/react-query.gen';
import { type Begun, begunAt, complete } from './mention';

/** Offers members while somebody types a name after an @. Arrows choose, Enter or Tab takes, Escape lets be. */
export function useMentions(
  projectId: string,
  box: RefObject<HTMLTextAreaElement | null>,
  setText: (text: string) => void,
) {
  const [begun, setBegun] = useState<Begun>();
  const [at, setAt] = useState(0);
  const { data } = useQuery({
    ...listPeopleToMentionOptions({ path: { project_id: projectId }, query: begun?.word ? { q: begun.word } : {} }),
    enabled: begun !== undefined,
    placeholderData: keepPreviousData,
  });
  const people = begun ? (data?.items ?? []) : [];
  const chosen = people[Math.min(at, people.length - 1)];

  function look(): void {
    const area = box.current;
    const next = area ? begunAt(area.value, area.selectionStart) : undefined;
    if (next?.word !== begun?.word) setAt(0);
    setBegun(next);
  }

  function take(person: PersonRead): void {
    const area = box.current;
    if (!area || !begun) return;
    const next = complete(area.value, area.selectionStart, begun, person.username);
    setText(next.text);
    setBegun(undefined);
    requestAnimationFrame(() => {
      area.focus();
      area.setSelectionRange(next.caret, next.caret);
    });
  }

  /** Whether the key was for the list. */
  function onKey(event: KeyboardEvent): boolean {
    if (!chosen) return false;
    if (event.key === 'ArrowDown') setAt((at + 1) % people.length);
    else if (event.key === 'ArrowUp') setAt((at - 1 + people.length) % people.length);
    else if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab') take(chosen);
    else if (event.key === 'Escape') setBegun(undefined);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  return { people, chosen, look, take, onKey, close: () => setBegun(undefined) };
}
