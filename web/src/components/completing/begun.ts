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
