import { clsx } from 'clsx';
import { memo } from 'react';
import { clock } from '@/lib/time';
import { parts } from './log-search';
import type { Level, LogLine } from './story';

const GROUND: Record<Level, string> = { debug: 'text-mute', info: '', warning: 'bg-warn-bg', error: 'bg-bad-bg' };
const WORD: Partial<Record<Level, string>> = { warning: 'Warning: ', error: 'Error: ' };

type LogLineProps = { line: LogLine; from: number; words: string; chosen: boolean; current: boolean };

/** One line: its number, when, and what. */
export const LogLineRow = memo(function LogLineRow({ line, from, words, chosen, current }: LogLineProps) {
  return (
    <div
      className={clsx(
        'flex pr-4 font-mono text-xs leading-5',
        GROUND[line.level],
        chosen && 'shadow-[inset_3px_0_0_var(--fg)]',
        current && 'outline-1 outline-ink -outline-offset-1',
      )}
    >
      <span
        data-line={line.n}
        className="num w-13 shrink-0 pr-3 text-right text-faint select-none hover:text-fg max-md:w-11"
      >
        {line.n}
      </span>
      <span className="num w-18 shrink-0 text-faint select-none max-md:hidden">
        {clock(Date.parse(line.at) - from, { tenths: true })}
      </span>
      {WORD[line.level] && <span className="sr-only">{WORD[line.level]}</span>}
      <span className="min-w-0 flex-1 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {parts(line.text, words).map((part, index) => {
          // biome-ignore-start lint/suspicious/noArrayIndexKey: parts have no identity
          if (part.kind === 'hit') {
            return (
              <mark key={index} className="bg-ink text-on-ink">
                {part.text}
              </mark>
            );
          }
          if (part.kind === 'link') {
            return (
              <a key={index} href={part.text} target="_blank" rel="noreferrer" className="underline underline-offset-2">
                {part.text}
              </a>
            );
          }
          return <span key={index}>{part.text}</span>;
          // biome-ignore-end lint/suspicious/noArrayIndexKey: parts have no identity
        })}
      </span>
    </div>
  );
});
