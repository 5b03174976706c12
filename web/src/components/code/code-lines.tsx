import { clsx } from 'clsx';
import { memo, use, useMemo } from 'react';
import type { Range } from '@/lib/lines';
import type { Line } from './highlight';

let loading: Promise<typeof import('./highlight')> | undefined;

function highlighter() {
  loading ??= import('./highlight');
  return loading;
}

type CodeLinesProps = {
  path: string;
  text: string;
  /** The number of the first line. */
  from?: number;
  /** Lines to point out, and the tone to do it in. */
  marked?: Range | null;
  tone?: 'bad' | 'warn';
  /** Pressing a number points at its line; with shift at all from the first to it. */
  onLine?: (line: number, extend: boolean) => void;
};

/** Code with line numbers; suspends until the highlighter is there. */
export function CodeLines({ path, text, from = 1, marked, tone = 'warn', onLine }: CodeLinesProps) {
  const { highlight, languageOf } = use(highlighter());
  const lines = useMemo(() => highlight(text, languageOf(path)), [highlight, languageOf, text, path]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keyboard's way to a line is GoToLine
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard's way to a line is GoToLine
    <div
      className="min-w-max py-2 font-mono text-xs leading-[1.6]"
      onClick={(event) => {
        const line = event.target instanceof HTMLElement && event.target.dataset.line;
        if (line) onLine?.(Number(line), event.shiftKey);
      }}
    >
      {lines.map((line, index) => {
        const number = from + index;
        const isMarked = marked && number >= marked.from && number <= marked.to;
        return <CodeLine key={number} number={number} line={line} mark={isMarked ? tone : undefined} />;
      })}
    </div>
  );
}

type CodeLineProps = { number: number; line: Line; mark: 'bad' | 'warn' | undefined };

const CodeLine = memo(function CodeLine({ number, line, mark }: CodeLineProps) {
  return (
    <div
      data-row={number}
      className={clsx('flex', mark === 'bad' ? 'bg-bad-bg' : mark === 'warn' ? 'bg-warn-bg' : 'bg-inherit')}
    >
      <span
        data-line={number}
        className="num sticky left-0 w-13 shrink-0 bg-inherit pr-3 text-right text-faint select-none hover:text-fg"
      >
        {number}
      </span>
      <code className="whitespace-pre pr-4 text-[1em]">
        {line.map((piece, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity
          <span key={index} className={piece.look || undefined}>
            {piece.text}
          </span>
        ))}
      </code>
    </div>
  );
});
