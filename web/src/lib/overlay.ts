/** What lies over the page: one thing at most, opened from anywhere by key, menu or palette. */
import { useSyncExternalStore } from 'react';
import { holdTyped, takeTyped } from './type-ahead';

export type Overlay = 'palette' | 'help' | 'new-project' | 'new-task' | 'more' | null;

let current: Overlay = null;
const watchers = new Set<() => void>();

let opener: Element | null = null;

/** Opens one, or closes it with null; closing gives the focus back to where it was. */
export function overlay(next: Overlay): void {
  if (next && !current) opener = document.activeElement;
  if (!next) requestAnimationFrame(giveFocusBack);
  if (next === 'palette') holdTyped(() => overlay(null));
  else takeTyped();
  current = next;
  for (const watcher of watchers) watcher();
}

function giveFocusBack(): void {
  const lost = document.activeElement === null || document.activeElement === document.body;
  if (lost && opener instanceof HTMLElement && opener.isConnected) opener.focus();
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
