import type { ReactNode } from 'react';
import type { AnalysisRead, ReportRead } from '@/api/gen';
import { Sparkline } from '@/components/sparkline';
import { Meter } from '@/components/ui/meter';
import { count, delta, percent, plural } from '@/lib/format';
import { debt, GradeChip } from './score';

type HeroProps = { analysis: AnalysisRead; report: ReportRead; trend: readonly number[] };

function Cell({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0 border-line p-4">
      <h2 className="mb-1 font-normal text-mute text-xs tracking-normal">{name}</h2>
      {children}
    </div>
  );
}

function Figure({ children }: { children: ReactNode }) {
  return <p className="num text-xl leading-7 font-[620] tracking-tight">{children}</p>;
}

function Note({ children }: { children: ReactNode }) {
  return <p className="mt-1 text-mute text-xs [text-wrap:pretty]">{children}</p>;
}

/** The report in five figures, each with what it rests on. */
export function Hero(props: HeroProps) {
  return (
    <div className="grid grid-cols-2 rounded-panel border border-line bg-panel lg:grid-cols-[15rem_repeat(4,minmax(0,1fr))] lg:*:not-first:border-l max-lg:*:first:col-span-2 max-lg:*:not-first:border-t max-lg:*:nth-[odd]:not-first:border-l">
      <Quality {...props} />
      <Security {...props} />
      <Types {...props} />
      <CoverageCell {...props} />
      <Debt {...props} />
    </div>
  );
}

function Quality({ analysis, report, trend }: HeroProps) {
  const { previous } = analysis;
  const basis = report.score_basis;
  if (report.quality_score === null || !report.grade || !basis) {
    return (
      <Cell name="Quality">
        <Figure>No score</Figure>
        <Note>There is no code in this source that can be judged.</Note>
      </Cell>
    );
  }
  const before = previous?.comparable ? previous.quality_score : null;
  return (
    <Cell name="Quality">
      <div className="flex items-center gap-2.5">
        <span className="num text-3xl leading-10 font-[640] tracking-tighter">{report.quality_score.toFixed(1)}</span>
        <GradeChip grade={report.grade} />
        <Sparkline values={trend} label="Quality" />
      </div>
      <Note>
        Debt {percent(basis.debt_ratio_percent)} of {plural(basis.ncloc, 'line')}
        {before !== null && previous && (
          <>
            {' '}
            · <span className="num">{delta(report.quality_score - before, 1)}</span> since #{previous.number}
          </>
        )}
      </Note>
    </Cell>
  );
}

function Security({ analysis, report }: HeroProps) {
  const { counts, previous } = analysis;
  if (!report.analysis_types.includes('security')) return <NotAsked name="Security" />;
  const issues = counts?.security_issues ?? 0;
  return (
    <Cell name="Security">
      <Figure>{issues ? plural(issues, 'issue') : 'No issue'}</Figure>
      <Note>
        {count(counts?.high ?? 0)} high and {plural(counts?.medium ?? 0, 'medium finding')} in all
        {previous && counts && (
          <>
            {' '}
            · {count(counts.new)} new, {count(counts.gone)} gone since #{previous.number}
          </>
        )}
      </Note>
    </Cell>
  );
}

function Types({ report }: HeroProps) {
  const { errors, reason, annotated_percent, functions } = report.types;
  if (!report.analysis_types.includes('types')) return <NotAsked name="Types" />;
  return (
    <Cell name="Types">
      <Figure>{errors === null ? 'Not checked' : errors ? plural(errors, 'error') : 'No error'}</Figure>
      <Note>
        {errors === null
          ? reason
          : annotated_percent !== null &&
            `${percent(annotated_percent, 0)} of ${plural(functions, 'function')} annotated. `}
        {errors !== null && reason}
      </Note>
    </Cell>
  );
}

function CoverageCell({ report }: HeroProps) {
  const { percent: share, reason, tests, at_least } = report.coverage;
  if (!report.analysis_types.includes('coverage')) return <NotAsked name="Coverage" />;
  return (
    <Cell name="Coverage">
      <Figure>{share === null ? 'Not measured' : `${at_least ? '≥ ' : ''}${percent(share)}`}</Figure>
      {share !== null && <Meter value={share} label="Coverage" className="mt-1.5" />}
      <Note>
        {share !== null && tests && `${plural(tests.passed, 'test')} passed`}
        {share !== null && tests && tests.failed + tests.errors > 0 && `, ${count(tests.failed + tests.errors)} failed`}
        {share !== null && reason && '. '}
        {reason}
      </Note>
    </Cell>
  );
}

const CLASSES = [
  ['security', 'Security', 'bg-fg'],
  ['syntax', 'Syntax', 'bg-fg/80'],
  ['complexity', 'Complexity', 'bg-fg/60'],
  ['types', 'Types', 'bg-fg/40'],
  ['quality', 'Quality', 'bg-fg/22'],
] as const;

function Debt({ report }: HeroProps) {
  const basis = report.score_basis;
  if (!basis) return <NotAsked name="Debt" />;
  const parts = CLASSES.map(([key, name, ink]) => ({ name, ink, minutes: basis.minutes_by_class[key] ?? 0 }))
    .filter((part) => part.minutes > 0)
    .sort((a, b) => b.minutes - a.minutes);
  return (
    <Cell name="Debt">
      <Figure>{basis.debt_minutes ? debt(basis.debt_minutes) : 'None'}</Figure>
      {parts.length > 0 && (
        <div aria-hidden="true" className="mt-1.5 flex h-[3px] gap-px overflow-hidden rounded-full">
          {parts.map((part) => (
            <span key={part.name} className={part.ink} style={{ flexGrow: part.minutes }} />
          ))}
        </div>
      )}
      <Note>
        {parts
          .slice(0, 3)
          .map((part) => `${part.name} ${debt(part.minutes)}`)
          .join(' · ') || 'Nothing to put right.'}
      </Note>
    </Cell>
  );
}

function NotAsked({ name }: { name: string }) {
  return (
    <Cell name={name}>
      <Figure>
        <span className="text-faint">–</span>
      </Figure>
      <Note>Not asked for in this run.</Note>
    </Cell>
  );
}
