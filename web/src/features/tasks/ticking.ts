/** Boxes in Markdown: `- [ ] this` and `- [x] that`. */

const BOX = /^(\s*(?:>\s*)*(?:[-*+]|\d{1,9}[.)])\s+(?:(?:[-*+]|\d{1,9}[.)])\s+)*\[)([ xX])(\].*)$/s;

/** The source with the box on a line (from 0) ticked or not; undefined where that line has none. */
export function ticked(source: string, line: number, on: boolean): string | undefined {
  // The ends of lines are kept as they are: every other part is one.
  const parts = source.split(/(\r\n|\r|\n)/);
  const found = BOX.exec(parts[2 * line] ?? '');
  if (!found) return undefined;
  parts[2 * line] = `${found[1]}${on ? 'x' : ' '}${found[3]}`;
  return parts.join('');
}
