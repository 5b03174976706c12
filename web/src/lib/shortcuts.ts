/**
 * Keys that do things. `Mod+K` means ⌘ on a Mac and Ctrl elsewhere; `G P` is one key after the other. Single keys rest
 * while somebody types or a dialog is open, and can be turned off for good in the settings (WCAG 2.1.4).
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';

/** Without `run` it is told of here, and heard where it is pressed. */
export type Shortcut = { keys: string; does: string; run?: () => void };
type Registered = Shortcut & { everywhere: boolean };

/** How long the second key of a pair may take. */
const PAIR_WITHIN = 1200;

const registered = new Set<Registered>();
const watchers = new Set<() => void>();
let listing: readonly Registered[] = [];
let first: { key: string; at: number } | undefined;
export const singleKeys = { on: true };

function changed(): void {
  listing = [...registered];
  for (const watcher of watchers) watcher();
}

/** Registers keys for as long as the component is there; the newest wins. `everywhere`: they work on every page. */
export function useShortcuts(shortcuts: readonly Shortcut[], everywhere = false): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const shape = shortcuts.map(({ keys, does }) => `${keys}\t${does}`).join('\n');
  useEffect(() => {
    const mine = shape.split('\n').map((line, index) => {
      const [keys = '', does = ''] = line.split('\t');
      const heard = latest.current[index]?.run && { run: () => latest.current[index]?.run?.() };
      return { keys, does, everywhere, ...heard };
    });
    if (!shape) return;
    for (const one of mine) registered.add(one);
    changed();
    return () => {
      for (const one of mine) registered.delete(one);
      changed();
    };
  }, [shape, everywhere]);
}

/** What works on this page right now, for the help. */
export function useListing(): readonly Registered[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => listing,
  );
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const box = target.closest('input, textarea, select, [contenteditable=""], [contenteditable="true"]');
  return Boolean(box && !(box instanceof HTMLInputElement && /^(radio|checkbox|button)$/.test(box.type)));
}

/** Whether a dialog or menu lies over the page. A toast is a dialog to readers, and in nobody's way. */
export function isSomethingOver(): boolean {
  return Boolean(document.querySelector('[role="dialog"]:not([data-toast]), [role="menu"]'));
}

/** What these do to a text is what whoever writes one means. */
const OF_TEXTS = new Set(['Mod+Z']);

function named(event: KeyboardEvent): string {
  return event.key.length === 1 ? event.key.toUpperCase() : event.key;
}

function find(keys: string): Shortcut | undefined {
  return [...registered].reverse().find((shortcut) => shortcut.run && shortcut.keys === keys);
}

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const key = named(event);
  const inDialog = isSomethingOver();
  let match: Shortcut | undefined;
  if (event.metaKey || event.ctrlKey) match = event.altKey ? undefined : find(`Mod+${key}`);
  else if (singleKeys.on && !event.altKey && !isTyping(event.target) && !inDialog) {
    const pair = first && event.timeStamp - first.at < PAIR_WITHIN ? find(`${first.key} ${key}`) : undefined;
    match = pair ?? find(key);
    first = pair ? undefined : { key, at: event.timeStamp };
  }
  if (!match || (OF_TEXTS.has(match.keys) && isTyping(event.target))) return;
  event.preventDefault();
  match.run?.();
}
