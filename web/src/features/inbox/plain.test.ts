import { expect, test } from 'vitest';
import { plain } from './plain';

test('what makes words look otherwise is left out, and the words stay', () => {
  const told =
    'Which **header**, _really_, in `x`? See [the *standard*](https://x.example).\n\n> so\n- [ ] one\n1. two';
  expect(plain(told)).toBe('Which header, really, in x? See the standard. so one two');
});

test('a table is its cells', () => {
  expect(plain('Measured:\n\n| size | took |\n|---|:---:|\n| 1 kB | 2 ms |')).toBe(
    'Measured: · size · took · 1 kB · 2 ms',
  );
  expect(plain('So: | size | took | |---|---| | 1 kB | 2 ms |')).toBe('So: · size · took · 1 kB · 2 ms');
});

test('signs that mean themselves stay', () => {
  for (const text of ['2 * 3 * 4 = 24', 'snake_case_name', 'a - b', '#42 is it', 'f(x) [1]', 'a | b', 'x --- y']) {
    expect(plain(text)).toBe(text);
  }
});
