import { Bell, BellOff } from 'lucide-react';
import type { TaskRead } from '@/api/gen';
import { getTaskQueryKey, unwatchTaskMutation, watchTaskMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { useAction } from '@/lib/action';
import { queryClient } from '@/lib/client';
import { sayFailed } from '@/lib/toasts';
import { pathOf } from './change';

/** Whether one is told of what happens to a task. */
export function WatchButton({ task }: { task: TaskRead }) {
  const path = pathOf(task);
  const then = {
    onSuccess: () =>
      queryClient.setQueryData<{ data: TaskRead }>(
        getTaskQueryKey({ path }),
        (kept) => kept && { data: { ...kept.data, watching: !task.watching } },
      ),
    onError: (error: Error) => void sayFailed(`${task.key} is watched as before`, error),
  };
  const watch = useAction(watchTaskMutation(), then);
  const unwatch = useAction(unwatchTaskMutation(), then);
  return (
    <Button
      look="quiet"
      size="sm"
      icon={task.watching ? <Bell className="fill-current" /> : <BellOff />}
      aria-pressed={task.watching}
      aria-label={`Watch ${task.key}`}
      data-tip={task.watching ? 'You are told of what happens to it' : 'Be told of what happens to it'}
      onClick={() => (task.watching ? unwatch : watch).mutate({ path })}
    />
  );
}
