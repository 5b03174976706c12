import { describe, expect, it } from 'vitest';
import { countLevels, ofLevel, parts, search } from './log-search';
import type { Level, LogLine } from './story';

const AT = '2026-01-01T00:00:00Z';
const line = (n: number, level: Level, text: string): LogLine => ({ n, at: AT, level, text, attempt: 1 });
const LINES = [
  line(1, 'info', 'collected 14 items'),
  line(2, 'warning', 'branch not covered'),
  line(3, 'error', 'FAILED test_old'),
  line(4, 'debug', 'collected nothing'),
];

describe('a log', () => {
  it('is narrowed to a level and above', () => {
    expect(ofLevel(LINES, 'warning').map(({ n }) => n)).toEqual([2, 3]);
    expect(ofLevel(LINES, 'error').map(({ n }) => n)).toEqual([3]);
    expect(ofLevel(LINES, 'all')).toBe(LINES);
    expect(countLevels(LINES)).toEqual({ warnings: 1, errors: 1 });
  });

  it('is searched without regard to letter case', () => {
    expect(search(LINES, 'COLLECTED')).toEqual([0, 3]);
    expect(search(LINES, '')).toEqual([]);
  });
});

describe('a line', () => {
  it('is cut at links and at what was searched for', () => {
    expect(parts('see https://example.org/a?b=1. Then see', 'see')).toEqual([
      { text: 'see', kind: 'hit' },
      { text: ' ', kind: 'plain' },
      { text: 'https://example.org/a?b=1', kind: 'link' },
      { text: '. Then ', kind: 'plain' },
      { text: 'see', kind: 'hit' },
    ]);
  });

  it('links nothing but http', () => {
    expect(parts('javascript:alert(1) file:///etc', '')).toEqual([
      { text: 'javascript:alert(1) file:///etc', kind: 'plain' },
    ]);
  });

  it('keeps every character', () => {
    const text = '(http://a.b/c) [x] aXa';
    expect(
      parts(text, 'x')
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });
});
