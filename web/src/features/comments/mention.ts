/** The name somebody is typing after an @, and the text once one was chosen. */

export type Begun = { from: number; word: string };

/** What is being typed before the caret; undefined where that is no name. */
export function begunAt(text: string, caret: number): Begun | undefined {
  const found = /(?:^|[\s(,;])@([\w.-]{0,40})$/.exec(text.slice(0, caret));
  const word = found?.[1];
  return word === undefined ? undefined : { from: caret - word.length - 1, word };
}

/** The text with the name put in, and where the caret goes. */
export function complete(text: string, caret: number, begun: Begun, username: string): { text: string; caret: number } {
  const before = `${text.slice(0, begun.from)}@${username} `;
  return { text: before + text.slice(caret).replace(/^ /, ''), caret: before.length };
}
