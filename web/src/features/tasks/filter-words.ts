import type { ListSearch } from './search';
import { PRIORITIES, STATUSES } from './words';

type Named = { id: string; name: string };

const DUE = { overdue: 'overdue', week: 'due within a week' };

/** What a list asks of its tasks, in words: "open, high in priority and assigned to you". */
export function filterWords(search: ListSearch, people: readonly Named[], labels: readonly Named[]): string {
  const { status = 'open', priority, assignee, label, due, blocked, q, page } = search;
  const name = (of: readonly Named[], id: string) => of.find((one) => one.id === id)?.name;
  const asked = [
    status === 'open' || status === 'closed' ? status : `“${STATUSES[status].word}”`,
    priority && `${PRIORITIES[priority].word.toLowerCase()} in priority`,
    assignee &&
      `assigned to ${{ me: 'you', none: 'nobody' }[assignee] ?? name(people, assignee) ?? 'somebody who left'}`,
    label && `labelled ${name(labels, label) ?? 'so'}`,
    due && DUE[due],
    blocked && 'blocked',
    q && `found by “${q}”`,
    page && 'on this page',
  ];
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(asked.filter((word) => typeof word === 'string'));
}
