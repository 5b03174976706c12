import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useCallback } from 'react';
import type { AnalysisRead } from '@/api/gen';
import { listFindingsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Pager } from '@/components/pager';
import { Panel } from '@/components/panel';
import { SearchBox } from '@/components/search-box';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Pick } from '@/components/ui/pick';
import { Segmented } from '@/components/ui/segmented';
import { BoneRows } from '@/components/ui/skeleton';
import { problem } from '@/lib/problem';
import { FindingRow } from './finding-row';
import { findingQuery, isNarrowed, type ReportSearch, readReportSearch } from './search';
import { KINDS, SEVERITIES } from './severity';

const PAGE_SIZE = 50;
const ANY = 'any';

const SEVERITY_OPTIONS = [
  { value: ANY, label: 'any' },
  ...Object.entries(SEVERITIES).map(([value, { word }]) => ({ value, label: word })),
];
const KIND_OPTIONS = [
  { value: ANY, label: 'any' },
  ...Object.entries(KINDS).map(([value, label]) => ({ value, label })),
];

type FindingsProps = { analysis: AnalysisRead; search: ReportSearch; onSearch: (search: ReportSearch) => void };

/** What was found, the worst first, narrowed as the address says. */
export function Findings({ analysis, search, onSearch }: FindingsProps) {
  const { data, error } = useQuery({
    ...listFindingsOptions({
      path: { project_id: analysis.project_id, analysis_id: analysis.id },
      query: findingQuery(search, PAGE_SIZE),
    }),
    placeholderData: keepPreviousData,
  });
  const change = useCallback(
    (part: ReportSearch) => onSearch({ ...search, page: undefined, open: undefined, ...part }),
    [onSearch, search],
  );
  const { counts } = analysis;
  const open = counts ? counts.high + counts.medium + counts.low + counts.info : 0;
  return (
    <Panel
      title="Findings"
      actions={
        <Segmented
          label="Which findings"
          value={search.state ?? 'open'}
          onChange={(state) => change({ state: state === 'open' ? undefined : state })}
          options={[
            { value: 'open', label: 'Open', count: open },
            { value: 'new', label: 'New', count: counts?.new ?? 0 },
            { value: 'gone', label: 'Gone', count: counts?.gone ?? 0 },
          ]}
        />
      }
    >
      <div className="flex flex-wrap items-center gap-2 border-line border-b px-3.5 py-2">
        <SearchBox
          label="Find in the findings"
          value={search.q ?? ''}
          onChange={(q) => change({ q: q || undefined })}
          className="w-52 max-sm:w-full"
        />
        <Pick
          label="Severity"
          value={search.severity ?? ANY}
          options={SEVERITY_OPTIONS}
          onChange={(severity) => change(readReportSearch({ ...search, severity }))}
        />
        <Pick
          label="Kind"
          value={search.kind ?? ANY}
          options={KIND_OPTIONS}
          onChange={(kind) => change(readReportSearch({ ...search, kind }))}
        />
        {search.file && (
          <Button after={<X aria-hidden="true" className="text-mute" />} onClick={() => change({ file: undefined })}>
            <span className="font-normal text-mute">File</span>
            <code className="max-w-48 truncate">{search.file}</code>
            <span className="sr-only">, take the filter off</span>
          </Button>
        )}
      </div>
      {error && (
        <div className="p-3.5">
          <Notice tone="bad">{problem(error).message}</Notice>
        </div>
      )}
      {!data && !error && <BoneRows label="Findings are on their way" />}
      {data && !data.items.length && <None search={search} onClear={() => onSearch({ state: search.state })} />}
      {data && data.items.length > 0 && (
        <>
          <ul>
            {data.items.map((finding) => (
              <FindingRow
                key={finding.fingerprint}
                finding={finding}
                analysis={analysis}
                open={search.open === finding.fingerprint}
                onOpen={(fingerprint) => onSearch({ ...search, open: fingerprint })}
              />
            ))}
          </ul>
          <Pager
            page={data.page}
            pageSize={data.page_size}
            total={data.total}
            what="findings"
            words={['Graver', 'Lighter']}
            onPage={(page) => onSearch({ ...search, page, open: undefined })}
          />
        </>
      )}
    </Panel>
  );
}

const NOTHING = {
  open: 'Nothing was found. That is as good as it gets.',
  new: 'Nothing is new since the analysis before.',
  gone: 'Nothing has gone since the analysis before.',
};

function None({ search, onClear }: { search: ReportSearch; onClear: () => void }) {
  return (
    <div className="flex items-center gap-3 px-3.5 py-5 text-mute">
      {isNarrowed(search) ? (
        <>
          No finding matches.
          <Button size="sm" onClick={onClear}>
            Clear the filters
          </Button>
        </>
      ) : (
        NOTHING[search.state ?? 'open']
      )}
    </div>
  );
}
