/** The theme: chosen on this device, or the system's. public/theme.js applies it before the first paint. */
import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'taskyard:theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const watchers = new Set<() => void>();

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
  apply();
}

function apply(): void {
  const dark = theme() === 'dark' || (theme() === 'system' && system.matches);
  document.documentElement.classList.toggle('dark', dark);
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', dark ? '#121110' : '#faf9f7');
  for (const watcher of watchers) watcher();
}

system.addEventListener('change', apply);
// Another tab changed it.
addEventListener('storage', (event) => event.key === KEY && apply());

export function useTheme(): Theme {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, theme);
}
