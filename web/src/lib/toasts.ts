/** Short messages about what just happened. components/ui/toast.tsx draws them; it is fetched after the first paint. */
import type { LinkProps } from '@tanstack/react-router';
import { problem } from './problem';

/** What can be done about it: something at once, or a place to go to. */
type Action = { label: string; run: () => void } | ToastLink;
export type ToastLink = { label: string; link: LinkProps };

async function layer() {
  return (await import('@/components/ui/toast')).toasts;
}

export async function say(title: string, action?: Action): Promise<void> {
  (await layer()).add({ title, ...parts(action) });
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
