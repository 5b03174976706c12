import { describe, expect, it } from 'vitest';
import { highlight, languageOf } from './highlight';

const text = (lines: ReturnType<typeof highlight>) => lines.map((line) => line.map((piece) => piece.text).join(''));

describe('highlighting', () => {
  it('keeps every character of every line, also of what spans lines', () => {
    const source = 'def f():\n    """Two\n    lines."""\n    return "<b>&amp;"\n';
    expect(text(highlight(source, 'python')).join('\n')).toBe(source);
  });

  it('marks keywords and comments', () => {
    const [line] = highlight('if x:  # why', 'python');
    expect(line?.find((piece) => piece.text === 'if')?.look).toContain('font-semibold');
    expect(line?.find((piece) => piece.text.includes('why'))?.look).toContain('italic');
  });

  it('shows what it does not know as it is', () => {
    expect(highlight('a\nb', undefined)).toEqual([[{ text: 'a', look: '' }], [{ text: 'b', look: '' }]]);
  });

  it('tells languages by the end of the name', () => {
    expect(languageOf('src/app.PY')).toBe('python');
    expect(languageOf('Makefile')).toBeUndefined();
  });
});
