import { useQuery } from '@tanstack/react-query';
import { listLabelsOptions } from '@/api/gen/@tanstack/react-query.gen';
import type { Begun } from '@/components/completing/begun';
import type { Offer } from '@/components/completing/use-completing';
import { usePeopleOffers } from '@/features/comments/people-offers';
import { LabelDot } from './label';
import { PRIORITIES, PRIORITY_ORDER } from './words';

/** What words of a quickly written task begin with. */
export const MARKS = ['@', '*', '!'] as const;

const MOST = 8;

/** Members after an @, labels after a *, priorities after an exclamation mark. */
export function useQuickOffers(projectId: string, begun: Begun<(typeof MARKS)[number]> | undefined): readonly Offer[] {
  const people = usePeopleOffers(projectId, begun);
  const labels = useQuery({
    ...listLabelsOptions({ path: { project_id: projectId } }),
    enabled: begun?.mark === '*',
  });
  if (!begun) return [];
  if (begun.mark === '@') return people;
  const offers = begun.mark === '!' ? PRIORITY_OFFERS : (labels.data?.items ?? []).flatMap(labelOffer);
  return matching(offers, begun.word);
}

const PRIORITY_OFFERS: readonly Offer[] = PRIORITY_ORDER.map((priority) => {
  const { word, icon: Icon } = PRIORITIES[priority];
  const shown = (
    <>
      <Icon aria-hidden="true" className="size-3.5 text-mute" />
      {word}
    </>
  );
  return { id: priority, word: priority, shown };
});

/** A label of more than one word cannot be written after a mark. */
function labelOffer({ id, name, color }: { id: string; name: string; color: string }): Offer[] {
  if (/[\s@*!~]/.test(name)) return [];
  const shown = (
    <>
      <LabelDot color={color} />
      <span className="truncate">{name}</span>
    </>
  );
  return [{ id, word: name, shown }];
}

/** What begins with a word before what only has it within. */
export function matching(offers: readonly Offer[], word: string): readonly Offer[] {
  const wanted = word.toLowerCase();
  const at = ({ word: whole }: Offer) => whole.toLowerCase().indexOf(wanted);
  return offers
    .filter((offer) => at(offer) >= 0)
    .sort((a, b) => Math.sign(at(a)) - Math.sign(at(b)))
    .slice(0, MOST);
}
