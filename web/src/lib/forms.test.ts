import { expect, it } from 'vitest';
import { inside, text } from './forms';

it.each([
  ['/projects?q=a', true],
  ['/', true],
  ['//evil.example', false],
  ['/\\evil.example', false],
  ['https://evil.example', false],
  ['javascript:alert(1)', false],
  [undefined, false],
])('%s leads inside the app: %s', (path, yes) => {
  expect(inside(path)).toBe(yes);
});

it('trims what is typed, but not a password', () => {
  const form = new FormData();
  form.set('name', '  Maya ');
  form.set('new_password', ' secret ');
  expect(text(form, 'name')).toBe('Maya');
  expect(text(form, 'new_password')).toBe(' secret ');
  expect(text(form, 'none')).toBe('');
});
