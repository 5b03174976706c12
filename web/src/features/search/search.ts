/** What is looked for, as the address says it: words, among them filters of tasks such as `is:blocked`. */

export const KINDS = { tasks: 'Tasks', comments: 'Comments', projects: 'Projects' } as const;
export type Kind = keyof typeof KINDS;

export type Search = {
  q?: string | undefined;
  in?: Exclude<Kind, 'tasks'> | undefined;
  page?: number | undefined;
};

/** As much as the server reads. */
export const LONGEST = 200;

export function readSearch({ q, in: kind, page }: Record<string, unknown>): Search {
  return {
    // A number in the address comes as one.
    q: typeof q === 'string' || typeof q === 'number' ? String(q).slice(0, LONGEST) || undefined : undefined,
    in: kind === 'comments' || kind === 'projects' ? kind : undefined,
    page: Number(page) > 1 ? Math.floor(Number(page)) : undefined,
  };
}

const FILTER = /^(?:is|assignee|label):\S+$/i;

const partsOf = (q: string): string[] => q.split(/\s+/).filter(Boolean);

/** The filters in it, which narrow tasks alone. */
export function filtersOf(q: string): string[] {
  return partsOf(q).filter((part) => FILTER.test(part));
}

/** It without its filters. */
export function wordsOf(q: string): string {
  return partsOf(q)
    .filter((part) => !FILTER.test(part))
    .join(' ');
}

export function hasFilter(q: string, filter: string): boolean {
  return filtersOf(q).some((part) => part.toLowerCase() === filter);
}

/** It with a filter put on, in the place of what that excludes, or taken off. */
export function toggled(q: string, filter: string): string {
  const [name] = filter.split(':');
  const rest = partsOf(q).filter((part) => !(FILTER.test(part) && excludes(part.toLowerCase(), filter, name)));
  return (hasFilter(q, filter) ? rest : [...rest, filter]).join(' ');
}

/** A task has one assignee and is open or closed; blocked it can be besides. */
function excludes(part: string, filter: string, name: string | undefined): boolean {
  if (part === filter) return true;
  if (name === 'assignee') return part.startsWith('assignee:');
  const states = ['is:open', 'is:closed'];
  return states.includes(part) && states.includes(filter);
}
