import { describe, expect, it } from 'vitest';
import type { NotificationRead } from '@/api/gen';
import { grouped } from './groups';
import { snoozeEnd } from './snooze';

const about = (id: string, type: 'task' | 'job' = 'task') =>
  ({ id: `${id}-${type}`, about: { type, id } }) as unknown as NotificationRead;

describe('an inbox', () => {
  it('keeps together what is about one thing, newest thing first', () => {
    const groups = grouped([about('b'), about('a'), about('b', 'job'), about('b')]);
    expect(groups.map((group) => [group.key, group.items.length])).toEqual([
      ['task:b', 2],
      ['task:a', 1],
      ['job:b', 1],
    ]);
  });

  it('snoozes until nine in the morning', () => {
    const sunday = new Date(2026, 10, 22, 15, 30);
    expect(snoozeEnd('tomorrow', sunday)).toEqual(new Date(2026, 10, 23, 9));
    expect(snoozeEnd('week', sunday)).toEqual(new Date(2026, 10, 23, 9));
    expect(snoozeEnd('week', new Date(2026, 10, 23, 8))).toEqual(new Date(2026, 10, 30, 9));
    expect(snoozeEnd('hours', sunday)).toEqual(new Date(2026, 10, 22, 18, 30));
  });
});
