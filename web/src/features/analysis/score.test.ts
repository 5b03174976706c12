import { expect, it } from 'vitest';
import { debt } from './score';

it.each([
  [0, '0 min'],
  [42.4, '42 min'],
  [120, '2 h'],
  [200, '3 h 20 min'],
  [480, '1 d'],
  [1200, '2 d 4 h'],
])('%d minutes are %s', (minutes, text) => {
  expect(debt(minutes)).toBe(text);
});
