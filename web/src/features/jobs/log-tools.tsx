import { ChevronDown, ChevronUp, Download } from 'lucide-react';
import { useMemo } from 'react';
import { SearchBox } from '@/components/search-box';
import { Button, ButtonAnchor } from '@/components/ui/button';
import { Pick } from '@/components/ui/pick';
import { Segmented } from '@/components/ui/segmented';
import { count } from '@/lib/format';
import { countLevels, type Least } from './log-search';
import type { LogLine } from './story';

type LogToolsProps = {
  /** Those of the chosen attempt. */
  lines: readonly LogLine[];
  attempts: number;
  attempt: number | 'all';
  onAttempt: (attempt: number | 'all') => void;
  jobId: string;
  words: string;
  onWords: (words: string) => void;
  hit: number;
  hits: number;
  onHit: (step: 1 | -1) => void;
  least: Least;
  onLeast: (least: Least) => void;
};

/** What can be done with a log: find in it, narrow it, take it home. */
export function LogTools({ lines, attempts, attempt, onAttempt, jobId, ...props }: LogToolsProps) {
  const { words, onWords, hit, hits, onHit, least, onLeast } = props;
  const { warnings, errors } = useMemo(() => countLevels(lines), [lines]);
  return (
    <div className="flex flex-wrap items-center gap-2 border-line border-b bg-bg px-3 py-1.5">
      <SearchBox label="Find in the log" value={words} onChange={onWords} className="w-56 max-sm:flex-1" />
      {words && (
        <>
          <span role="status" className="num text-mute text-xs">
            {hits ? `${count(hit)} of ${count(hits)}` : 'none'}
          </span>
          <Button
            look="quiet"
            size="sm"
            icon={<ChevronUp />}
            aria-label="Previous"
            onClick={() => onHit(-1)}
            disabled={!hits}
          />
          <Button
            look="quiet"
            size="sm"
            icon={<ChevronDown />}
            aria-label="Next"
            onClick={() => onHit(1)}
            disabled={!hits}
          />
        </>
      )}
      <div className="flex-1 max-sm:hidden" />
      {attempts > 1 && (
        <Pick
          label="Attempt"
          value={String(attempt)}
          options={[{ value: 'all', label: 'all' }, ...numbers(attempts)]}
          onChange={(next) => onAttempt(next === 'all' ? 'all' : Number(next))}
        />
      )}
      <Segmented
        label="Lines shown"
        value={least}
        onChange={onLeast}
        options={[
          { value: 'all', label: 'All', count: lines.length },
          { value: 'warning', label: 'Warnings', count: warnings + errors },
          { value: 'error', label: 'Errors', count: errors },
        ]}
      />
      <ButtonAnchor
        look="quiet"
        size="sm"
        icon={<Download />}
        aria-label="Download the log"
        data-tip="Download the log"
        href={`/api/v1/jobs/${jobId}/log`}
        download
        className="max-sm:hidden"
      />
    </div>
  );
}

/** The last attempt first: it is the one that counts. */
function numbers(attempts: number) {
  return Array.from({ length: attempts }, (_, index) => {
    const number = String(attempts - index);
    return { value: number, label: number };
  });
}
