import { expect, test } from 'vitest';
import { ticked } from './ticking';

const SOURCE = 'Plan\n\n- [ ] Dig [x]\r\n- [X] Build\n  1. [ ] Roof\n> * [ ] Said\n- plain';

test('one box is ticked and nothing else is touched', () => {
  expect(ticked(SOURCE, 2, true)).toBe(SOURCE.replace('[ ] Dig', '[x] Dig'));
  expect(ticked(SOURCE, 3, false)).toBe(SOURCE.replace('[X] Build', '[ ] Build'));
  expect(ticked(SOURCE, 4, true)).toBe(SOURCE.replace('[ ] Roof', '[x] Roof'));
  expect(ticked(SOURCE, 5, true)).toBe(SOURCE.replace('[ ] Said', '[x] Said'));
});

test('a line without a box says so', () => {
  for (const line of [0, 1, 6, 7, 99]) expect(ticked(SOURCE, line, true)).toBeUndefined();
});
