import { expect, test } from 'vitest';
import { isPicture, isShown } from './preview-kind';

const file = (type: string, size = 100) => ({ id: '1', name: 'x', type, size });

test('pictures and texts are shown, what could run is text', () => {
  for (const type of ['image/png', 'image/jpeg', 'text/plain', 'text/html', 'application/json', 'image/svg+xml']) {
    expect(isShown(file(type)), type).toBe(true);
  }
  expect(isPicture(file('image/svg+xml')), 'it may hold scripts').toBe(false);
  for (const type of ['application/pdf', 'application/zip', 'application/octet-stream', '', 'video/mp4']) {
    expect(isShown(file(type)), type).toBe(false);
  }
});

test('a picture too large for a page is fetched', () => {
  expect(isShown(file('image/png', 26 * 1024 * 1024))).toBe(false);
  expect(isShown(file('text/plain', 900 * 1024 * 1024)), 'of a text its beginning is').toBe(true);
});
