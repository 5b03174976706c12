import { expect, test } from 'vitest';
import { plain } from './plain';

test('what makes words look otherwise is left out, and the words stay', () => {
  const told =
    'Which **header**, _really_, in `x`? See [the *standard*](https://x.example).\n\n> so\n- [ ] one\n1. two';
  expect(plain(told)).toBe('Which header, really, in x? See the standard. so one two');
});

test('signs that mean themselves stay', () => {
  for (const text of ['2 * 3 * 4 = 24', 'snake_case_name', 'a - b', '#42 is it', 'f(x) [1]']) {
    expect(plain(text)).toBe(text);
  }
});
