import type { Piece } from '@/api/gen';

/** Pieces of a Markdown text for a line that shows no form. A sign may stand in one piece and its end in another. */
export function plainly(pieces: readonly Piece[]): Piece[] {
  return pieces.map(({ text, hit }) => ({ text: text.replace(/\*\*|~~|`+|(?<=^|\s)(?:[-*+] )?\[[ xX]\] /g, ''), hit }));
}
