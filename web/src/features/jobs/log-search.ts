import type { Level, LogLine } from './story';

export type Least = 'all' | 'warning' | 'error';

const RANK: Record<Level, number> = { debug: 0, info: 0, warning: 1, error: 2 };
const LEAST: Record<Least, number> = { all: 0, warning: 1, error: 2 };

/** The lines of at least this level. The same array where all are wanted. */
export function ofLevel(lines: readonly LogLine[], least: Least): readonly LogLine[] {
  return least === 'all' ? lines : lines.filter((line) => RANK[line.level] >= LEAST[least]);
}

/** The lines of one attempt. The same array where those of all are wanted. */
export function ofAttempt(lines: readonly LogLine[], attempt: number | 'all'): readonly LogLine[] {
  return attempt === 'all' ? lines : lines.filter((line) => line.attempt === attempt);
}

export function countLevels(lines: readonly LogLine[]): { warnings: number; errors: number } {
  let warnings = 0;
  let errors = 0;
  for (const { level } of lines) {
    if (level === 'warning') warnings += 1;
    else if (level === 'error') errors += 1;
  }
  return { warnings, errors };
}

/** Where in a list of lines the words occur, letter case aside. */
export function search(lines: readonly LogLine[], words: string): number[] {
  const wanted = words.toLowerCase();
  if (!wanted) return [];
  const found: number[] = [];
  lines.forEach((line, index) => {
    if (line.text.toLowerCase().includes(wanted)) found.push(index);
  });
  return found;
}

export type Part = { text: string; kind: 'plain' | 'hit' | 'link' };

const LINK = /https?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]}]/g;

/** A line cut into plain text, links and what was searched for. */
export function parts(text: string, words: string): Part[] {
  const cut: Part[] = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    cut.push(...hits(text.slice(end, found.index), words), { text: found[0], kind: 'link' });
    end = found.index + found[0].length;
  }
  return [...cut, ...hits(text.slice(end), words)];
}

function hits(text: string, words: string): Part[] {
  if (!words || !text) return text ? [{ text, kind: 'plain' }] : [];
  const lower = text.toLowerCase();
  const wanted = words.toLowerCase();
  const cut: Part[] = [];
  let end = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, end)) {
    if (at > end) cut.push({ text: text.slice(end, at), kind: 'plain' });
    cut.push({ text: text.slice(at, at + wanted.length), kind: 'hit' });
    end = at + wanted.length;
  }
  if (end < text.length) cut.push({ text: text.slice(end), kind: 'plain' });
  return cut;
}
