import { describe, expect, it } from 'vitest';
import { bytes, count, delta, initials, percent, plural } from './format';

describe('numbers', () => {
  it('groups digits and uses a true minus', () => {
    expect(count(12480)).toBe('12,480');
    expect(count(-3)).toBe('−3');
  });

  it.each([
    [812, '812\u00a0B'],
    [4300, '4.2\u00a0kB'],
    [1_363_149, '1.3\u00a0MB'],
    [52_428_800, '50\u00a0MB'],
  ])('%i bytes read %s', (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  it('drops an empty fraction from a percentage', () => {
    expect(percent(87.46)).toBe('87.5\u00a0%');
    expect(percent(100)).toBe('100\u00a0%');
  });

  it.each([
    [0.12, 1, '+0.1'],
    [-2, 0, '−2'],
    [0.04, 1, '±0'],
  ])('the difference %d reads with its sign', (value, digits, text) => {
    expect(delta(value, digits)).toBe(text);
  });

  it('says one file and two files', () => {
    expect(plural(1, 'file')).toBe('1 file');
    expect(plural(2, 'file')).toBe('2 files');
    expect(plural(0, 'entry', 'entries')).toBe('0 entries');
  });
});

describe('initials', () => {
  it.each([
    ['Maya Kern', 'MK'],
    ['jo.olsen@example.org', 'JO'],
    ['ada', 'AD'],
    ['', '?'],
    ['Anna Maria von Stein', 'AS'],
  ])('%s is %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});
