import type { NotificationRead } from '@/api/gen';

export type Group = { key: string; items: NotificationRead[] };

/** Notifications by the thing they are about, in the order of each thing's newest. */
export function grouped(items: readonly NotificationRead[]): Group[] {
  const groups = new Map<string, Group>();
  for (const item of items) {
    const key = `${item.about.type}:${item.about.id}`;
    const group = groups.get(key);
    if (group) group.items.push(item);
    else groups.set(key, { key, items: [item] });
  }
  return [...groups.values()];
}
