import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { Suspense } from 'react';
import type { AnalysisRead, FindingRead } from '@/api/gen';
import { CodeLines } from '@/components/code/code-lines';
import { Inline } from '@/components/code/inline';
import { Chip } from '@/components/ui/chip';
import { FindingTask } from './finding-task';
import { debt } from './score';
import { SeverityChip } from './severity';

type FindingRowProps = {
  finding: FindingRead;
  analysis: AnalysisRead;
  open: boolean;
  onOpen: (fingerprint: string | undefined) => void;
};

function place(finding: FindingRead): string {
  return finding.line ? `${finding.file}:${finding.line}` : finding.file;
}

/** A finding; opened it shows the code, and what to do about it. */
export function FindingRow({ finding, analysis, open, onOpen }: FindingRowProps) {
  const id = `finding-${finding.fingerprint}`;
  return (
    <li className={`border-line border-b last:border-0 ${open ? 'bg-raise' : ''}`}>
      <button
        type="button"
        data-row-link
        aria-expanded={open}
        aria-controls={id}
        onClick={() => onOpen(open ? undefined : finding.fingerprint)}
        className="grid min-h-9 w-full grid-cols-[0.875rem_5.25rem_minmax(0,1fr)_auto] items-center gap-x-2.5 gap-y-0.5 px-3.5 py-1.5 text-left hover:bg-raise focus-visible:-outline-offset-2 max-md:grid-cols-[0.875rem_minmax(0,1fr)_auto]"
      >
        <ChevronRight aria-hidden="true" className={`size-3.5 text-faint ${open ? 'rotate-90' : ''}`} />
        <span className="max-md:hidden">
          <SeverityChip severity={finding.severity} />
        </span>
        <span className={`min-w-0 ${open ? 'font-semibold' : 'truncate max-md:whitespace-normal'}`}>
          <Inline text={finding.title} />
        </span>
        <span className="flex items-center justify-end gap-2.5 max-md:row-span-2">
          <code className="max-w-64 truncate text-mute [direction:rtl] max-lg:hidden">
            <bdi>{place(finding)}</bdi>
          </code>
          {finding.task && <span className="font-mono text-mute text-xs max-sm:hidden">{finding.task.key}</span>}
          <Since finding={finding} current={analysis.number} />
        </span>
        <span className="col-start-2 flex min-w-0 items-center gap-2 md:hidden">
          <SeverityChip severity={finding.severity} />
          <code className="truncate text-mute">{place(finding)}</code>
        </span>
      </button>
      {open && <Detail id={id} finding={finding} analysis={analysis} />}
    </li>
  );
}

function Since({ finding, current }: { finding: FindingRead; current: number }) {
  if (finding.state === 'gone') return <Chip tone="ok">Gone</Chip>;
  if (finding.state === 'new') return <Chip tone="wait">New</Chip>;
  if (finding.since === current) return null;
  return <span className="num w-18 text-right text-mute text-xs">since #{finding.since}</span>;
}

function Detail({ id, finding, analysis }: { id: string; finding: FindingRead; analysis: AnalysisRead }) {
  const first = finding.excerpt[0]?.number ?? 1;
  const text = finding.excerpt.map((line) => line.text).join('\n');
  const marked = finding.line ? { from: finding.line, to: finding.end_line ?? finding.line } : null;
  return (
    <div id={id} className="pb-3">
      {text && (
        <Suspense fallback={<pre className="px-3.5 py-2 text-xs leading-[1.6]">{text}</pre>}>
          <section
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
            tabIndex={0}
            aria-label={`Code at ${place(finding)}`}
            className="overflow-x-auto bg-raise focus-visible:-outline-offset-2"
          >
            <CodeLines path={finding.file} text={text} from={first} marked={marked} tone="bad" />
          </section>
        </Suspense>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5 pr-3.5 pl-13">
        {finding.recommendation && (
          <p className="max-w-prose [text-wrap:pretty]">
            <Inline text={finding.recommendation} />
          </p>
        )}
        <FindingTask finding={finding} analysis={analysis} />
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-mute text-xs">
          <span>
            {finding.tool} <code>{finding.rule}</code>
          </span>
          {finding.cwe && <span>{finding.cwe}</span>}
          {finding.confidence && <span>{finding.confidence} confidence</span>}
          {finding.debt_minutes > 0 && <span className="num">about {debt(finding.debt_minutes)} to put right</span>}
          {finding.state !== 'gone' && (
            <Link
              to="/projects/$projectId/source/$snapshotId"
              params={{ projectId: analysis.project_id, snapshotId: analysis.snapshot_id }}
              search={{ path: finding.file }}
              hash={finding.line ? `L${finding.line}` : ''}
              className="inline-flex min-h-6 min-w-0 items-center text-fg underline underline-offset-2 [overflow-wrap:anywhere]"
            >
              Open {place(finding)}
            </Link>
          )}
        </p>
      </div>
    </div>
  );
}
