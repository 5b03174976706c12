import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import {
  type MouseEvent,
  useCallback,
  useDeferredValue,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { GoToLine } from '@/components/code/go-to-line';
import { Button } from '@/components/ui/button';
import { count } from '@/lib/format';
import { type Range, useLineRange } from '@/lib/lines';
import { LogLineRow } from './log-line';
import { type Least, ofAttempt, ofLevel, search } from './log-search';
import { LogTools } from './log-tools';
import type { LogLine, Story } from './story';
import { useFollow } from './use-follow';

export type LogHandle = { showFrom: (at: string) => void };

type LogProps = {
  story: Story;
  jobId: string;
  /** When it was asked for: times count from here until it began. */
  asked: string;
  live: boolean;
  failed: boolean;
  ref?: React.Ref<LogHandle>;
};

/** The log: follows while it is told, lets go when one reads, finds, filters, and links to its lines. */
export function Log({ story, jobId, asked, live, failed, ref }: LogProps) {
  const box = useRef<HTMLElement>(null);
  const [least, setLeast] = useState<Least>('all');
  const [attempt, setAttempt] = useState<number | 'all'>('all');
  const [words, setWords] = useState('');
  const [hit, setHit] = useState(0);
  const [range, point] = useLineRange();
  useSyncExternalStore(story.watch, story.now);

  const told = useMemo(() => ofAttempt(story.lines, attempt), [story.lines, attempt]);
  const shown = useMemo(() => ofLevel(told, least), [told, least]);
  const wanted = useDeferredValue(words);
  const hits = useMemo(() => search(shown, wanted), [shown, wanted]);
  const current = hits[hit % Math.max(1, hits.length)];

  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    // The height of a line that is not wrapped, to the pixel: a better guess means no second layout.
    estimateSize: () => 20,
    overscan: 20,
  });
  const { following, unseen, letGo, catchUp } = useFollow(box, shown.length, rows.getTotalSize(), live && !range);
  // Rows are known by their place: other lines in those places have other heights.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of what is shown matters
  useLayoutEffect(() => rows.measure(), [least, attempt, rows]);

  // What comes after the last line is shown at the end.
  const show = useCallback(
    (index: number) => {
      letGo();
      rows.scrollToIndex(index < 0 ? rows.options.count - 1 : index, { align: 'center' });
    },
    [rows, letGo],
  );
  const indexOf = useCallback((n: number) => shown.findIndex((line) => line.n >= n), [shown]);

  // What one came for is brought into sight, once: the line in the address, or the first error of a failed run.
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current || !story.caughtUp || !shown.length) return;
    opened.current = true;
    if (range) show(indexOf(range.from));
    else if (failed) show(shown.findIndex((line) => line.level === 'error'));
  }, [story.caughtUp, shown, range, failed, show, indexOf]);

  useEffect(() => {
    if (current !== undefined) show(current);
  }, [current, show]);

  useImperativeHandle(ref, () => ({ showFrom: (at) => show(shown.findIndex((line) => line.at >= at)) }), [show, shown]);

  return (
    <section aria-label="Log" className="relative flex min-h-0 min-w-0 flex-1 flex-col bg-panel">
      <LogTools
        lines={told}
        attempts={story.attempt}
        attempt={attempt}
        onAttempt={setAttempt}
        jobId={jobId}
        words={words}
        onWords={(next) => {
          setWords(next);
          setHit(0);
        }}
        hit={hits.length ? (hit % hits.length) + 1 : 0}
        hits={hits.length}
        onHit={(step) => setHit((now) => (now + step + hits.length) % Math.max(1, hits.length))}
        least={least}
        onLeast={setLeast}
      />
      <section
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Lines"
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain py-2 contain-strict focus-visible:-outline-offset-2"
      >
        <LogRows
          rows={rows}
          shown={shown}
          from={story.began ?? asked}
          words={wanted}
          range={range}
          current={current}
          onLine={point}
        />
        {story.caughtUp && !shown.length && <Nothing least={least} live={live} />}
      </section>
      {live && !following && (
        <Button className="absolute right-4 bottom-4" icon={<ArrowDown />} onClick={catchUp}>
          {unseen > 0 ? `Jump to latest (${count(unseen)} new)` : 'Jump to latest'}
        </Button>
      )}
      <GoToLine
        last={story.lines.at(-1)?.n ?? 1}
        onLine={(n) => {
          point(n);
          show(indexOf(n));
        }}
      />
    </section>
  );
}

type LogRowsProps = {
  rows: Virtualizer<HTMLElement, Element>;
  shown: readonly LogLine[];
  from: string;
  words: string;
  range: Range | null;
  current: number | undefined;
  onLine: (line: number, extend: boolean) => void;
};

/** Only the lines in sight are in the page, however long the log. */
function LogRows({ rows, shown, from, words, range, current, onLine }: LogRowsProps) {
  function press(event: MouseEvent) {
    const line = event.target instanceof HTMLElement && event.target.dataset.line;
    if (line) onLine(Number(line), event.shiftKey);
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keyboard's way to a line is GoToLine
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard's way to a line is GoToLine
    <div className="relative w-full" style={{ height: rows.getTotalSize() }} onClick={press}>
      {rows.getVirtualItems().map((row) => {
        const line = shown[row.index];
        if (!line) return null;
        return (
          <div
            key={row.key}
            ref={rows.measureElement}
            data-index={row.index}
            className="absolute inset-x-0 top-0 contain-content"
            style={{ transform: `translateY(${row.start}px)` }}
          >
            <LogLineRow
              line={line}
              from={Date.parse(from)}
              words={words}
              chosen={range !== null && line.n >= range.from && line.n <= range.to}
              current={row.index === current}
            />
          </div>
        );
      })}
    </div>
  );
}

function Nothing({ least, live }: { least: Least; live: boolean }) {
  const what = least === 'all' ? (live ? 'Nothing has been said yet.' : 'It said nothing.') : `No ${least}s.`;
  return <p className="px-4 py-2 text-mute">{what}</p>;
}
