/** The one menu in which a field of tasks is chosen: opened from a card, a row, a page or a key. */
import { useSyncExternalStore } from 'react';
import type { TaskSummary } from '@/api/gen';

export type Part = 'menu' | 'status' | 'priority' | 'assignee' | 'labels';
type Choosing = { tasks: readonly TaskSummary[]; part: Part; anchor: HTMLElement } | null;

let current: Choosing = null;
const watchers = new Set<() => void>();

/** Opens the menu for some tasks, below what was pressed; null closes it. */
export function choose(next: Choosing): void {
  current = next;
  for (const watcher of watchers) watcher();
}

export function useChoosing(): Choosing {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => current,
  );
}
