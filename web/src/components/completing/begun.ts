/** The word somebody is typing after a mark such as @, and the text once it was chosen. */

export type Begun<Mark extends string = string> = { mark: Mark; from: number; word: string };

const WORD = /(?:^|[\s(,;])([@*!])([^\s@*!~]{0,60})$/u;

/** What is being typed before the caret; undefined where that is no such word. */
export function begunAt<Mark extends string>(
  text: string,
  caret: number,
  marks: readonly Mark[],
): Begun<Mark> | undefined {
  const before = text.slice(0, caret);
  const [, found, word] = WORD.exec(before) ?? [];
  const mark = marks.find((one) => one === found);
  return mark === undefined || word === undefined ? undefined : { mark, from: caret - word.length - 1, word };
}

/** The text with the word put in, and where the caret goes. */
export function complete(text: string, caret: number, begun: Begun, word: string): { text: string; caret: number } {
  const before = `${text.slice(0, begun.from)}${begun.mark}${word} `;
  return { text: before + text.slice(caret).replace(/^ /, ''), caret: before.length };
}

/** What ends a word or a sentence stands close to the word before it. */
const CLOSE = /^[.,;:?!)\]…]$/u;

/** The text without the space that a completed word was given, where the one thing typed since at `gap` stands close. */
export function closedUp(
  text: string,
  caret: number,
  gap: number,
  marks: readonly string[],
): { text: string; caret: number } | undefined {
  const typed = text.slice(gap, caret);
  if (text[gap - 1] !== ' ' || !CLOSE.test(typed) || marks.includes(typed)) return undefined;
  return { text: text.slice(0, gap - 1) + text.slice(gap), caret: gap };
}
