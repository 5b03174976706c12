/** The theme: chosen on this device, or the system's. public/theme.js applies it, before the first paint and after. */
import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'taskyard:theme';
const CHOSEN = 'taskyard:theme';

export function theme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function isDark(): boolean {
  return document.documentElement.classList.contains('dark');
}

export function setTheme(chosen: Theme): void {
  if (chosen === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, chosen);
  dispatchEvent(new Event(CHOSEN));
}

export function useTheme(): Theme {
  return useSyncExternalStore((watcher) => {
    addEventListener(CHOSEN, watcher);
    // Another tab changed it.
    addEventListener('storage', watcher);
    return () => {
      removeEventListener(CHOSEN, watcher);
      removeEventListener('storage', watcher);
    };
  }, theme);
}
