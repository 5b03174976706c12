import { describe, expect, it } from 'vitest';
import { begunAt, closedUp, complete } from './begun';

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

describe('the space after a word that was put in', () => {
  it('goes where what is typed next ends a sentence', () =>
    expect(closedUp('ask @ana ? now', 10, 9, ['@'])).toEqual({ text: 'ask @ana? now', caret: 9 }));

  it.each([
    ['ask @ana b', 10, 9],
    ['ask @ana @', 10, 9],
    ['ask @ana', 8, 9],
    ['ask @ana  ?', 11, 9],
    ['ask @anax?', 10, 9],
  ])('stays in %j', (text, caret, gap) => expect(closedUp(text, caret, gap, ['@'])).toBeUndefined());

  it('stays before what begins the next word', () =>
    expect(closedUp('buy *milk !', 11, 10, ['*', '!'])).toBeUndefined());
});
