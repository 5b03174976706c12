import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useMemo } from 'react';
import type { ApiCallPage } from '@/api/gen';
import { listApiCallsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Pager } from '@/components/pager';
import { Panel } from '@/components/panel';
import { ButtonAnchor } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { Segmented } from '@/components/ui/segmented';
import { BoneRows } from '@/components/ui/skeleton';
import { CallBars } from '@/features/analytics/call-bars';
import { EndpointTable } from '@/features/analytics/endpoint-table';
import {
  type CallSearch,
  callQuery,
  exportAddress,
  readCallSearch,
  SPANS,
  type Span,
} from '@/features/analytics/search';
import { bars, millis } from '@/features/analytics/series';
import { count, percent } from '@/lib/format';
import { problem } from '@/lib/problem';
import { useMe } from '@/lib/session';

export const Route = createFileRoute('/_app/settings/api-use')({
  validateSearch: readCallSearch,
  component: ApiUse,
});

const SPAN_OPTIONS = Object.entries(SPANS).map(([value, { label }]) => ({ value: value as Span, label }));
const WHOSE = [
  { value: 'mine', label: 'Mine' },
  { value: 'all', label: 'Everybody’s' },
] as const;

function ApiUse() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const me = useMe();
  const span = search.span ?? 'day';
  // One moment for as long as the page asks the same, so that it asks once.
  const now = useMemo(() => new Date(Math.floor(Date.now() / 60_000) * 60_000), []);
  const change = (next: CallSearch) => void navigate({ search: { ...search, page: undefined, ...next } });
  const query = useQuery({
    ...listApiCallsOptions({ query: callQuery(search, now) }),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="grid gap-4 py-4">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented label="Time" value={span} options={SPAN_OPTIONS} onChange={(value) => change({ span: value })} />
        {me.role === 'admin' && (
          <Segmented
            label="Whose calls"
            value={search.all ? 'all' : 'mine'}
            options={WHOSE}
            onChange={(value) => change({ all: value === 'all' || undefined })}
          />
        )}
        <div className="flex-1" />
        <ButtonAnchor icon={<Download />} href={exportAddress(search, now)} download>
          CSV
        </ButtonAnchor>
      </div>
      {query.error && !query.data && <Broken error={problem(query.error)} reset={() => void query.refetch()} />}
      {!query.data && !query.error && <BoneRows label="Figures are on their way" />}
      {query.data && <Figures page={query.data} span={span} search={search} onChange={change} />}
    </div>
  );
}

type FiguresProps = { page: ApiCallPage; span: Span; search: CallSearch; onChange: (search: CallSearch) => void };

function Figures({ page, span, search, onChange }: FiguresProps) {
  const { overall } = page;
  if (!overall.calls) return <Nothing />;
  const step = page.bucket === 'day' ? SPANS.month.step : SPANS.day.step;
  const [since, until] = [new Date(page.since), new Date(page.until)];
  return (
    <>
      <Panel title="API calls" beside={SPANS[span].label}>
        <dl className="flex gap-x-8 gap-y-3 px-3.5 pt-3 max-sm:grid max-sm:grid-cols-2">
          <Figure name="Calls">{count(overall.calls)}</Figure>
          <Figure name="Errors" tone={overall.errors ? 'text-bad' : ''}>
            {count(overall.errors)}{' '}
            <span className="font-normal text-mute text-xs">{percent((100 * overall.errors) / overall.calls)}</span>
          </Figure>
          <Figure name="Half within">{millis(overall.p50_ms)}</Figure>
          <Figure name="95 % within">{millis(overall.p95_ms)}</Figure>
        </dl>
        <CallBars
          bars={bars(overall.series ?? [], since, until, step)}
          label={`Calls by ${page.bucket ?? 'hour'}`}
          className="mx-3.5 mt-3 mb-3.5 h-24 border-edge border-b"
          tips
        />
      </Panel>
      <Panel title="Endpoints" beside={count(page.total)}>
        <EndpointTable
          rows={page.items}
          since={since}
          until={until}
          step={step}
          sort={search.sort ?? '-calls'}
          onSort={(sort) => onChange({ sort })}
        />
        <Pager
          page={page.page}
          pageSize={page.page_size}
          total={page.total}
          what="endpoints"
          words={['Before', 'More']}
          onPage={(next) => onChange({ page: next })}
        />
      </Panel>
    </>
  );
}

function Figure({ name, tone = '', children }: { name: string; tone?: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-mute text-xs">{name}</dt>
      <dd className={`num font-semibold text-base ${tone}`}>{children}</dd>
    </div>
  );
}

function Nothing() {
  return (
    <Empty title="Nothing was asked in this time">
      Every call of the API is counted here by its endpoint: how often, with how many errors, how fast it was answered.
      What you do in this app counts as well. Choose a longer time, or come back later.
    </Empty>
  );
}
