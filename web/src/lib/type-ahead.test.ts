import { afterEach, expect, test } from 'vitest';
import { holdTyped, takeTyped } from './type-ahead';

afterEach(() => void takeTyped());

function press(key: string, more: KeyboardEventInit = {}): boolean {
  return document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
}

test('what is typed before the palette is there is kept for it, and is no shortcut', () => {
  const heard: string[] = [];
  const listen = (event: KeyboardEvent) => heard.push(event.key);
  addEventListener('keydown', listen);
  holdTyped(() => {});
  for (const key of ['c', 'a', 'x', 'Backspace', 'r', 'Enter']) expect(press(key), key).toBe(false);
  expect(press('k', { ctrlKey: true })).toBe(true);
  expect(takeTyped()).toEqual({ words: 'car', entered: true });
  expect(press('n')).toBe(true);
  expect(heard).toEqual(['k', 'n']);
  expect(takeTyped()).toEqual({ words: '', entered: false });
  removeEventListener('keydown', listen);
});

test('Escape gives the keys back', () => {
  holdTyped(takeTyped);
  press('c');
  press('Escape');
  expect(press('n')).toBe(true);
  expect(takeTyped().words).toBe('');
});
