import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listPeopleToMentionOptions } from '@/api/gen/@tanstack/react-query.gen';
import type { Begun } from '@/components/completing/begun';
import type { Offer } from '@/components/completing/use-completing';
import { Person } from '@/components/ui/avatar';

/** The members whose name was begun after an @. */
export function usePeopleOffers(projectId: string, begun: Begun | undefined): readonly Offer[] {
  const wanted = begun?.mark === '@';
  const { data } = useQuery({
    ...listPeopleToMentionOptions({ path: { project_id: projectId }, query: begun?.word ? { q: begun.word } : {} }),
    enabled: wanted,
    placeholderData: keepPreviousData,
  });
  if (!wanted || !data) return [];
  return data.items.map(({ id, name, username }) => ({
    id,
    word: username,
    shown: (
      <>
        <Person id={id} name={name} />
        <span className="truncate">{name}</span>
        <span className="truncate text-mute text-xs">@{username}</span>
      </>
    ),
  }));
}
