import type { ReactNode } from 'react';
import type { ReportRead } from '@/api/gen';
import { Fact, Facts } from '@/components/facts';
import { Panel } from '@/components/panel';
import { Chip, type Tone } from '@/components/ui/chip';
import { Meter } from '@/components/ui/meter';
import { bytes, count, percent, plural } from '@/lib/format';
import { took } from '@/lib/time';
import { debt, Score } from './score';

/** What to do first. */
export function Recommendations({ report }: { report: ReportRead }) {
  if (!report.recommendations.length) return null;
  return (
    <Panel title="Do first">
      <ol className="grid list-decimal gap-2 py-3 pr-3.5 pl-9 marker:text-faint">
        {report.recommendations.map((text) => (
          <li key={text} className="[overflow-wrap:anywhere] [text-wrap:pretty]">
            {text}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

const LEAST_COVERED = 8;

/** Where the tests reach least. */
export function Coverage({ report }: { report: ReportRead }) {
  const files = (report.coverage.files ?? [])
    .filter((file) => file.percent < 100)
    .sort((a, b) => a.percent - b.percent)
    .slice(0, LEAST_COVERED);
  if (!files.length) return null;
  return (
    <Panel title="Least covered">
      <ul className="grid gap-2 p-3.5">
        {files.map((file) => (
          <li key={file.file} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1">
            <code className="truncate">{file.file}</code>
            <span className="num text-mute">{percent(file.percent, 0)}</span>
            <Meter value={file.percent} label={`Coverage of ${file.file}`} className="col-span-2" />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const TOOL_TONES: Record<string, { tone: Tone; word: string }> = {
  ok: { tone: 'ok', word: 'Done' },
  partial: { tone: 'warn', word: 'Partly' },
  failed: { tone: 'bad', word: 'Failed' },
  not_run: { tone: 'plain', word: 'Not run' },
};

/** Which tools looked, and how far they got. */
export function Tools({ report }: { report: ReportRead }) {
  return (
    <Panel title="Tools" beside={report.sandbox.mode === 'full' ? 'in the sandbox' : undefined}>
      <ul className="grid">
        {report.tools.map((tool) => {
          const { tone, word } = TOOL_TONES[tool.status ?? 'ok'] ?? { tone: 'plain' as const, word: tool.status };
          return (
            <li key={tool.name} className="border-line border-b px-3.5 py-2 last:border-0">
              <div className="flex items-center gap-2">
                <span className="font-[520]">{tool.name}</span>
                <span className="num text-mute text-xs">{tool.version}</span>
                <span className="num ml-auto text-mute text-xs">
                  {took((tool.seconds ?? 0) * 1000)}
                  {tool.peak_bytes ? ` · ${bytes(tool.peak_bytes)}` : ''}
                </span>
                <Chip tone={tone}>{word}</Chip>
              </div>
              {tool.detail && <p className="mt-0.5 text-mute text-xs [text-wrap:pretty]">{tool.detail}</p>}
            </li>
          );
        })}
      </ul>
      {report.sandbox.reason && (
        <p className="border-line border-t px-3.5 py-2.5 text-mute text-xs [text-wrap:pretty]">
          {report.sandbox.reason} {report.sandbox.remedy}
        </p>
      )}
    </Panel>
  );
}

const SKIPPED_SHOWN = 40;

/** What each language is worth alone, where there are several. */
export function Languages({ report }: { report: ReportRead }) {
  const languages = report.score_basis?.languages ?? [];
  if (languages.length < 2) return null;
  return (
    <Panel title="Languages" beside="each by itself">
      <ul className="grid">
        {languages.map((one) => (
          <li
            key={one.name}
            className="grid grid-cols-[minmax(0,1fr)_auto_auto] items-center gap-3 border-line border-b px-3.5 py-2 last:border-0"
          >
            <span className="font-[520]">{one.name}</span>
            <span className="num text-mute text-xs">
              {plural(one.ncloc, 'line')} in {plural(one.files, 'file')}
            </span>
            <Score analysis={one} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What was not looked at, and why: a report that hides its gaps cannot be trusted. */
export function SkippedFiles({ report }: { report: ReportRead }) {
  const missed = report.skipped.filter((item) => !item.expected);
  const byRule = report.skipped.filter((item) => item.expected);
  if (!report.skipped.length) return null;
  return (
    <Panel title="Left out" beside={missed.length ? plural(missed.length, 'file') : 'by rule only'}>
      <ul className="grid gap-2 p-3.5">
        {[...missed, ...byRule].slice(0, SKIPPED_SHOWN).map((item) => (
          <li key={`${item.file} ${item.by} ${item.reason}`} className="min-w-0">
            <code className="block truncate">{item.file}</code>
            <span className="text-mute text-xs">
              {item.reason}
              {item.by && item.by !== 'analysis' && ` · by ${item.by}`}
            </span>
          </li>
        ))}
      </ul>
      {report.skipped.length > SKIPPED_SHOWN && (
        <p className="px-3.5 pb-3 text-mute text-xs">
          and {count(report.skipped.length - SKIPPED_SHOWN)} more, named in the JSON export
        </p>
      )}
    </Panel>
  );
}

/** What the score was made of: scores of another basis do not compare. */
export function Basis({ report }: { report: ReportRead }) {
  const basis = report.score_basis;
  const rows: [string, ReactNode][] = [
    [
      'Files',
      `${count(report.scope.code_files)} judged${report.scope.test_files ? `, ${plural(report.scope.test_files, 'file')} of tests` : ''}`,
    ],
    ['Languages', report.languages.map((one) => `${one.name} ${percent(one.share_percent, 0)}`).join(', ')],
    ['Rules', <code key="rules">{report.ruleset}</code>],
    ['Looked at', report.analysis_types.join(', ')],
  ];
  return (
    <Panel title="Basis">
      <div className="grid gap-3 p-3.5">
        <Facts>
          {rows.map(([name, value]) => (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ))}
          {basis && (
            <Fact name="Score">
              {debt(basis.debt_minutes)} of debt against {plural(basis.ncloc, 'line')} at 30 minutes each is{' '}
              {percent(basis.debt_ratio_percent)}
            </Fact>
          )}
        </Facts>
      </div>
    </Panel>
  );
}
