import { expect, it } from 'vitest';
import { points } from './sparkline';

it('runs from left to right inside its box', () => {
  const path = points([8, 9, 8.5], 92, 28);
  expect(path.map(([x]) => x)).toEqual([3, 46, 89]);
  for (const [, y] of path) expect(y >= 3 && y <= 25).toBe(true);
});

it('does not make a mountain of a tenth', () => {
  const [first, second] = points([8.7, 8.8], 92, 28);
  expect((first?.[1] ?? 0) - (second?.[1] ?? 0)).toBeLessThan(3);
});

it('draws equal values as a level line', () => {
  expect(new Set(points([5, 5, 5], 92, 28).map(([, y]) => y)).size).toBe(1);
});
