/** The words of a Markdown text for a line that shows no form: without the signs that make it bold, a link or a list. */
export function plain(markdown: string): string {
  return withoutTables(markdown)
    .replace(/!?\[([^\]\n]*)\]\([^)\s]*\)/g, '$1')
    .replace(/^[ \t]*(?:>|#{1,6}|[-*+]|\d+[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/gm, '')
    .replace(/(\*\*|__|~~|`+)(?=\S)(.*?\S)\1/g, '$2')
    .replace(/(^|[\s(])([*_])(?=\S)([^*_\n]*\S)\2(?=$|[\s).,;:!?])/g, '$1$3')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A table as its cells. What is short may have come in one line. */
function withoutTables(text: string): string {
  const rule = /\|(?:[ \t]*:?-{3,}:?[ \t]*\|)+/;
  if (!rule.test(text)) return text;
  return text
    .replace(rule, ' ')
    .replace(/\s*\|(?:\s*\|)*\s*/g, ' · ')
    .replace(/ · $/, '');
}
