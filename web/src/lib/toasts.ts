/** Short messages about what just happened. components/ui/toast.tsx draws them; it is fetched after the first paint. */
import { problem } from './problem';

type Action = { label: string; run: () => void };

async function layer() {
  return (await import('@/components/ui/toast')).toasts;
}

export async function say(title: string, action?: Action): Promise<void> {
  const actionProps = action && { children: action.label, onClick: action.run };
  (await layer()).add({ title, ...(actionProps ? { actionProps } : {}) });
}

/** Says that something did not work and why. It stays longer, and is read out at once. */
export async function sayFailed(title: string, error: unknown): Promise<void> {
  const description = problem(error).message;
  (await layer()).add({ title, description, type: 'bad', timeout: 10_000, priority: 'high' });
}
