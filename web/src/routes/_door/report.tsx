import { createFileRoute } from '@tanstack/react-router';
import { Download, ExternalLink } from 'lucide-react';
import { openSharedReport, type SharedReportRead } from '@/api/gen';
import { Fact, Facts } from '@/components/facts';
import { Ago } from '@/components/ui/ago';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { Notice } from '@/components/ui/notice';
import { GradeChip } from '@/features/analysis/score';
import { SEVERITIES, type Severity } from '@/features/analysis/severity';
import { type Given, SharedDoor } from '@/features/sharing/door';
import { useAction } from '@/lib/action';
import { count, percent } from '@/lib/format';

export const Route = createFileRoute('/_door/report')({ component: Shared });

const open = async (body: Given) => (await openSharedReport({ body })).data.data;

/** What somebody sees who was sent a link to a report. */
function Shared() {
  return (
    <SharedDoor title="A report for you" nothing="Nothing to read" open={open}>
      {(report, given) => <Ready report={report} given={given} />}
    </SharedDoor>
  );
}

type ReadyProps = { report: SharedReportRead; given: Given };

function Ready({ report, given }: ReadyProps) {
  return (
    <>
      <h1 className="mt-5 text-2xl [overflow-wrap:anywhere]">{report.project}</h1>
      <p className="num mt-2 text-mute">
        Analysis #{report.number}
        {report.finished_at && (
          <>
            {' '}
            · <Ago at={report.finished_at} />
          </>
        )}
      </p>
      <section aria-label="Summary" className="mt-6 rounded-panel border border-line bg-panel">
        <Quality report={report} />
        <div className="border-line border-t p-4">
          <Figures report={report} />
        </div>
      </section>
      <Take given={given} />
      <p className="mt-4 text-mute text-xs">
        {report.shared_by} shared it with you. The link ends <Ago at={report.expires_at} />.
      </p>
    </>
  );
}

function Quality({ report: { quality_score: score, grade } }: { report: SharedReportRead }) {
  return (
    <div className="p-4">
      <h2 className="mb-1 font-normal text-mute text-xs tracking-normal">Quality</h2>
      {score === null || !grade ? (
        <p className="text-xl leading-10 font-[620] tracking-tight">No score</p>
      ) : (
        <p className="flex items-center gap-2.5">
          <span className="num text-3xl leading-10 font-[640] tracking-tighter">{score.toFixed(1)}</span>
          <span className="text-mute">of 10</span>
          <GradeChip grade={grade} />
        </p>
      )}
    </div>
  );
}

function Figures({ report }: { report: SharedReportRead }) {
  const { counts, coverage_percent: coverage, ncloc } = report;
  const found = (Object.keys(SEVERITIES) as Severity[]).filter((severity) => counts?.[severity]);
  return (
    <Facts>
      <Fact name="Findings">
        <span className="flex flex-wrap gap-1">
          {found.map((severity) => (
            <Chip key={severity} tone={SEVERITIES[severity].tone} icon={SEVERITIES[severity].icon}>
              {count(counts?.[severity] ?? 0)} {severity}
            </Chip>
          ))}
          {found.length === 0 && 'None'}
        </span>
      </Fact>
      <Fact name="Coverage">
        <span className="num">
          {coverage !== null
            ? percent(coverage)
            : report.analysis_types.includes('coverage')
              ? 'Not measured'
              : 'Not asked for'}
        </span>
      </Fact>
      <Fact name="Lines of code">
        <span className="num">{count(ncloc ?? 0)}</span>
      </Fact>
    </Facts>
  );
}

const DOWNLOADS = [
  { format: 'json', name: 'JSON' },
  { format: 'sarif', name: 'SARIF' },
] as const;

type Format = (typeof DOWNLOADS)[number]['format'];

/** The report itself: to look at in a tab of its own, and to take along. */
function Take({ given }: { given: Given }) {
  // Asked for anew: addresses of the report are good for ten minutes, and the link may have ended.
  const look = useAction({ mutationFn: (_: Window | null) => open(given) });
  const take = useAction({ mutationFn: (_: Format) => open(given) });
  const error = look.error ?? take.error;
  return (
    <div className="mt-4 grid gap-2">
      {error && <Notice tone="bad">{error.message}</Notice>}
      <Button
        look="ink"
        icon={<ExternalLink />}
        busy={look.isPending && 'Opening…'}
        onClick={() =>
          look.mutate(blank(), {
            onSuccess: ({ urls }, tab) => (tab ?? window).location.replace(urls.html),
            onError: (_, tab) => tab?.close(),
          })
        }
      >
        Open the report
      </Button>
      <div className="grid grid-cols-2 gap-2">
        {DOWNLOADS.map(({ format, name }) => (
          <Button
            key={format}
            icon={<Download />}
            aria-label={`Download ${name}`}
            busy={take.isPending && take.variables === format && 'Fetching…'}
            onClick={() => take.mutate(format, { onSuccess: ({ urls }) => location.assign(urls[format]) })}
          >
            {name}
          </Button>
        ))}
      </div>
    </div>
  );
}

/** A tab to show something in. What opens only after an answer has come is held to be an advertisement. */
function blank(): Window | null {
  const tab = window.open('', '_blank');
  if (tab) tab.opener = null;
  return tab;
}
