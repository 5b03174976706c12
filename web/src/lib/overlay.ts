/** What lies over the page: one thing at most, opened from anywhere by key, menu or palette. */
import { useSyncExternalStore } from 'react';

export type Overlay = 'palette' | 'help' | 'new-project' | 'more' | null;

let current: Overlay = null;
const watchers = new Set<() => void>();

export function overlay(next: Overlay): void {
  current = next;
  for (const watcher of watchers) watcher();
}

export function useOverlay(): Overlay {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => current,
  );
}
