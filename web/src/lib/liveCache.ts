/** From live events to the query cache: the one place that knows which event makes which answer stale. */
import { useSyncExternalStore } from 'react';
import { queryClient } from './client';
import { Live, type LiveEvent, type LiveState, type Socket } from './live';

const SUBPROTOCOL = 'taskyard.v1';
/** Lists are asked for again at most this often, however fast events come. */
const LIST_EVERY = 1000;

export const liveness = new Live(
  () => new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/ws`, SUBPROTOCOL) as unknown as Socket,
);

export function useLiveState(): LiveState {
  return useSyncExternalStore(liveness.watch, () => liveness.state);
}

/** Asks again for every answer of these operations, soon, and once for many events. */
export class Refetcher {
  private readonly wanted = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly refetch: (operations: ReadonlySet<string>) => void) {}

  want(...operations: string[]): void {
    for (const operation of operations) this.wanted.add(operation);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const now = new Set(this.wanted);
      this.wanted.clear();
      this.refetch(now);
    }, LIST_EVERY);
  }
}

const refetcher = new Refetcher((operations) => {
  void queryClient.invalidateQueries({
    predicate: ({ queryKey: [head] }) => operations.has((head as { _id?: string } | undefined)?._id ?? ''),
  });
});

/** Which operations' answers an event of the person's own topic makes stale, by the first word of its name. */
const STALE: Record<string, string[]> = {
  project: ['listProjects', 'getProject'],
  account: ['getMe', 'listSessions'],
};

function apply(event: LiveEvent): void {
  const [family = ''] = event.name.split('.');
  refetcher.want(...(STALE[family] ?? []));
}

/** Follows everything of the signed-in person, until stopped. */
export function followMe(): () => void {
  liveness.start();
  return liveness.on('user', { onEvent: apply, onReset: () => void queryClient.invalidateQueries() });
}
