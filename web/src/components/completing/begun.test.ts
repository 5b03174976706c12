import { describe, expect, it } from 'vitest';
import { begunAt, complete } from './begun';

describe('a name that is begun', () => {
  it.each([
    ['@', 1, ''],
    ['hi @an', 6, 'an'],
    ['(@a.b-c', 7, 'a.b-c'],
    ['a\n@x', 4, 'x'],
  ])('is found in %j', (text, caret, word) => expect(begunAt(text, caret, ['@'])?.word).toBe(word));

  it.each([
    ['mail a@b', 8],
    ['@an a', 5],
    ['no', 2],
    ['@@a', 3],
  ])('is none in %j', (text, caret) => expect(begunAt(text, caret, ['@'])).toBeUndefined());

  it('is told from one after another mark', () => {
    expect(begunAt('buy *bü', 7, ['@', '*'])).toEqual({ mark: '*', from: 4, word: 'bü' });
    expect(begunAt('buy *bü', 7, ['@'])).toBeUndefined();
  });

  it('is put in whole, with one space after it', () => {
    const begun = begunAt('ask @an now', 7, ['@']);
    expect(begun && complete('ask @an now', 7, begun, 'ana')).toEqual({ text: 'ask @ana now', caret: 9 });
  });
});
