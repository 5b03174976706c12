import { type RefObject, useEffect, useRef } from 'react';
import type { TaskSummary } from '@/api/gen';
import { useMe } from '@/lib/session';
import { useShortcuts } from '@/lib/shortcuts';
import { change } from './change';
import { choose, type Part } from './chooser';

/**
 * Keys for the task that has the focus or lies under the pointer: S status, P priority, A assignee, I to me, L labels.
 * Elements with `data-task` are the tasks; `open` is meant where none has the focus.
 */
export function useTaskKeys(
  box: RefObject<HTMLElement | null>,
  tasks: readonly TaskSummary[],
  may: boolean,
  open?: string,
): void {
  const me = useMe();
  const hovered = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const over = (event: Event) => {
      hovered.current = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-task]') : null;
    };
    const leave = () => {
      hovered.current = null;
    };
    element.addEventListener('pointerover', over);
    element.addEventListener('pointerleave', leave);
    return () => {
      element.removeEventListener('pointerover', over);
      element.removeEventListener('pointerleave', leave);
    };
  }, [box]);

  function meant(): { task: TaskSummary; anchor: HTMLElement } | undefined {
    const opened = open ? box.current?.querySelector<HTMLElement>(`[data-task="${open}"]`) : undefined;
    const row = document.activeElement?.closest<HTMLElement>('[data-task]') ?? hovered.current ?? opened;
    const task = tasks.find(({ id }) => id === row?.getAttribute('data-task'));
    const anchor = row?.querySelector<HTMLElement>('a[data-row-link]') ?? row;
    return task && anchor ? { task, anchor } : undefined;
  }

  const pick = (part: Part) => () => {
    const found = meant();
    if (found) choose({ tasks: [found.task], part, anchor: found.anchor });
  };

  function takeOn() {
    const task = meant()?.task;
    if (!task) return;
    const mine = { id: me.id, name: me.display_name || me.username, username: me.username };
    const show =
      task.assignee_id === me.id ? { assignee_id: null, assignee: null } : { assignee_id: me.id, assignee: mine };
    void change({ task, body: { assignee_id: show.assignee_id }, show });
  }

  const keys = [
    { keys: 'S', does: 'Status of the task', run: pick('status') },
    { keys: 'P', does: 'Priority of the task', run: pick('priority') },
    { keys: 'A', does: 'Assignee of the task', run: pick('assignee') },
    { keys: 'I', does: 'Assign the task to me, or no longer', run: takeOn },
    { keys: 'L', does: 'Labels of the task', run: pick('labels') },
  ];
  useShortcuts(may ? keys : []);
}
