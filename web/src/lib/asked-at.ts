/**
 * How far the world was known when the answers that are held were asked for. An answer holds at least what had happened
 * by then; what happened later it may hold or not.
 */
import type { Query, QueryClient } from '@tanstack/react-query';

export class AskedAt {
  private readonly asked = new WeakMap<Query, number | undefined>();
  private readonly held = new WeakMap<Query, number | undefined>();

  constructor(
    private readonly queries: QueryClient,
    position: () => number | undefined,
  ) {
    queries.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated') return;
      const { query, action } = event;
      if (action.type === 'fetch') this.asked.set(query, position());
      // What a page puts into the cache itself is no newer than what the server said before.
      if (action.type === 'success' && !action.manual) this.held.set(query, this.asked.get(query));
    });
  }

  /** The least of all answers that are meant, also of those that are under way; undefined where one is not known. */
  least(isMeant: (query: Query) => boolean): number | undefined {
    const meant = this.queries.getQueryCache().findAll({ predicate: isMeant });
    const known = meant.map((query) => (this.held.has(query) ? this.held : this.asked).get(query));
    return known.length && known.every((one) => one !== undefined) ? Math.min(...known) : undefined;
  }
}
