import { expect, test } from 'vitest';
import type { TaskGraph } from '@/api/gen';
import { layOut } from './graph-layout';

function graph(pairs: [string, string][], alone: string[] = []): TaskGraph {
  const ids = [...new Set([...alone, ...pairs.flat()])];
  return {
    tasks: ids.map((id) => ({ id, key: `TY-${id}`, title: id, status: 'todo' as const })),
    dependencies: pairs.map(([task_id, depends_on_id]) => ({ task_id, depends_on_id })),
    cut: false,
  };
}

const at = (layout: ReturnType<typeof layOut>) =>
  Object.fromEntries(layout.nodes.map(({ id, layer, row }) => [id, [layer, row]]));

test('who waits stands right of all it waits for', () => {
  const layout = layOut(
    graph([
      ['ship', 'build'],
      ['ship', 'dig'],
      ['build', 'dig'],
    ]),
    'build',
    false,
  );
  expect(at(layout)).toEqual({ dig: [0, 0], build: [1, 0], ship: [2, 0] });
  expect(layout.edges.map(({ from, to }) => `${from.id}-${to.id}`).sort()).toEqual([
    'build-ship',
    'dig-build',
    'dig-ship',
  ]);
  expect([layout.layers, layout.rows, layout.rests]).toEqual([3, 1, []]);
});

test('a crowd is folded, and the task itself never is', () => {
  const crowd = graph([...Array.from({ length: 9 }, (_, n) => [`w${n}`, 'dig'] as [string, string]), ['me', 'dig']]);
  const folded = layOut(crowd, 'me', false);
  expect(folded.nodes.some(({ id }) => id === 'me')).toBe(true);
  expect(folded.rests).toEqual([{ layer: 1, row: 4, count: 6 }]);
  expect(folded.rows).toBe(5);
  expect(folded.edges).toHaveLength(4);
  const whole = layOut(crowd, 'me', true);
  expect([whole.rests, whole.rows, whole.edges.length]).toEqual([[], 10, 10]);
});

test('a circle, should one ever come, ends', () => {
  expect(
    layOut(
      graph([
        ['a', 'b'],
        ['b', 'a'],
      ]),
      'a',
      false,
    ).nodes,
  ).toHaveLength(2);
});
