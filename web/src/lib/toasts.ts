/** Short messages about what just happened. components/ui/toast.tsx draws them; it is fetched after the first paint. */
import type { LinkProps } from '@tanstack/react-router';
import { problem } from './problem';

const UNDO = 'Undo';

/** What can be done about it: something at once, or a place to go to. */
type Action = { label: string; run: () => void } | ToastLink;
export type ToastLink = { label: string; link: LinkProps };

/** What the newest message offers to undo. */
let last: { undo: () => void; close: () => void } | undefined;

/** Undoes what the newest message is about, while that is shown. */
export function undoLast(): void {
  const one = last;
  last = undefined;
  one?.close();
  one?.undo();
}

async function layer() {
  return (await import('@/components/ui/toast')).toasts;
}

export async function say(title: string, action?: Action): Promise<void> {
  const toasts = await layer();
  if (action?.label !== UNDO || !('run' in action)) {
    toasts.add({ title, ...parts(action) });
    return;
  }
  const one = { undo: action.run, close: () => toasts.close(id) };
  const over = () => {
    if (last === one) last = undefined;
  };
  const run = () => {
    over();
    one.close();
    action.run();
  };
  const id = toasts.add({ title, ...parts({ label: UNDO, run }), onClose: over });
  last = one;
}

/** Says that something did not work and why. It stays longer, and is read out at once. */
export async function sayFailed(title: string, error: unknown, action?: Action): Promise<void> {
  const description = typeof error === 'string' ? error : problem(error).message;
  (await layer()).add({ title, description, type: 'bad', timeout: 10_000, priority: 'high', ...parts(action) });
}

function parts(action: Action | undefined) {
  if (!action) return {};
  if ('link' in action) return { data: action };
  return { actionProps: { children: action.label, onClick: action.run } };
}
