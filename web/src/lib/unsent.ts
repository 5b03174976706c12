/** Changes that wait for the network: they are sent by themselves when it is back, and lost with the tab. */
import { onlineManager } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { queryClient } from './client';

const mutations = queryClient.getMutationCache();

function unsent(): number {
  if (onlineManager.isOnline()) return 0;
  return mutations.findAll({ predicate: ({ state }) => state.isPaused }).length;
}

/** How many there are. */
export function useUnsent(): number {
  return useSyncExternalStore((watcher) => {
    const ends = [mutations.subscribe(watcher), onlineManager.subscribe(watcher)];
    return () => {
      for (const end of ends) end();
    };
  }, unsent);
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

mutations.subscribe(() => {
  if (unsent()) addEventListener('beforeunload', ask);
  else removeEventListener('beforeunload', ask);
});
