import { clsx } from 'clsx';
import { use, useMemo } from 'react';
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
  /** Lines to point out. */
  hits?: ReadonlySet<number>;
  /** Makes the numbers links to `#L<n>`. */
  linked?: boolean;
};

/** Code with line numbers; suspends until the highlighter is there. */
export function CodeLines({ path, text, from = 1, hits, linked }: CodeLinesProps) {
  const { highlight, languageOf } = use(highlighter());
  const lines = useMemo(() => highlight(text, languageOf(path)), [highlight, languageOf, text, path]);
  return (
    <div className="min-w-max py-2 font-mono text-xs leading-[1.6]">
      {lines.map((line, index) => (
        <CodeLine
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
          key={index}
          number={from + index}
          line={line}
          hit={hits?.has(from + index) ?? false}
          linked={linked ?? false}
        />
      ))}
    </div>
  );
}

type CodeLineProps = { number: number; line: Line; hit: boolean; linked: boolean };

function CodeLine({ number, line, hit, linked }: CodeLineProps) {
  const gutter = 'num sticky left-0 w-13 shrink-0 bg-inherit pr-3 text-right text-faint select-none';
  return (
    <div
      id={linked ? `L${number}` : undefined}
      className={clsx('flex scroll-mt-28', hit ? 'bg-bad-bg' : 'bg-inherit target:bg-warn-bg')}
    >
      {linked ? (
        <a href={`#L${number}`} aria-label={`Line ${number}`} className={clsx(gutter, 'hover:text-fg')}>
          {number}
        </a>
      ) : (
        <span className={gutter}>{number}</span>
      )}
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
}
