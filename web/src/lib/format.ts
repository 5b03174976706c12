/** Numbers as numbers: grouped digits, units with a space, deltas with a sign. */

const grouped = new Intl.NumberFormat('en-GB');
const MINUS = '\u2212';
const SPACE = '\u00a0';

export function count(value: number): string {
  return grouped.format(value).replace('-', MINUS);
}

/** "1 file", "12,480 files". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Bytes in units of 1024, as file managers show them: "812 B", "4.2 kB", "1.3 MB". */
export function bytes(value: number): string {
  if (value < 1024) return `${value}${SPACE}B`;
  const power = Math.min(Math.floor(Math.log2(value) / 10), 4);
  const size = value / 1024 ** power;
  return `${size < 10 ? size.toFixed(1) : Math.round(size)}${SPACE}${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** 87.456 → "87.5 %"; a share of 0 to 1 must be multiplied before. */
export function percent(value: number, digits = 1): string {
  return `${value.toFixed(digits).replace(/\.0+$/, '').replace('-', MINUS)}${SPACE}%`;
}

/** A difference with its sign: "+0.1", "−2", "±0". */
export function delta(value: number, digits = 0): string {
  const rounded = Number(value.toFixed(digits));
  if (rounded === 0) return '±0';
  return `${rounded > 0 ? '+' : MINUS}${Math.abs(rounded).toFixed(digits)}`;
}

/** Two letters for a round avatar. */
export function initials(name: string): string {
  const words = name
    .replace(/@.*/, '')
    .split(/[\s._-]+/)
    .filter(Boolean);
  const letters = words.length > 1 ? [words[0]?.[0], words.at(-1)?.[0]] : [...(words[0] ?? '?')].slice(0, 2);
  return letters.join('').toUpperCase();
}

/** A name of the API as people write it: "Include tests". */
export function worded(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
}
