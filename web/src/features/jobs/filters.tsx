import { Pick } from '@/components/ui/pick';
import { STATUSES, type Status } from './status';

export type RunSearch = { status?: Status | undefined; kind?: string | undefined; page?: number | undefined };

const ANY = 'any';

const STATUS_OPTIONS = [
  { value: ANY, label: 'any' },
  ...Object.entries(STATUSES).map(([value, { word }]) => ({ value, label: word })),
];

function isStatus(value: unknown): value is Status {
  return typeof value === 'string' && value in STATUSES;
}

/** Filters as they are in the address; what is unknown there is left out. */
export function readRunSearch(search: Record<string, unknown>): RunSearch {
  return {
    status: isStatus(search.status) ? search.status : undefined,
    kind: typeof search.kind === 'string' && /^[a-z][a-z0-9_]*$/.test(search.kind) ? search.kind : undefined,
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
  };
}

/** The same as a query of the API. */
export function runQuery({ status, kind, page = 1 }: RunSearch, pageSize: number) {
  return { page, page_size: pageSize, ...(status ? { status } : {}), ...(kind ? { kind } : {}) };
}

type RunFiltersProps = { search: RunSearch; onChange: (search: RunSearch) => void };

export function RunFilters({ search, onChange }: RunFiltersProps) {
  return (
    <Pick
      label="Status"
      value={search.status ?? ANY}
      options={STATUS_OPTIONS}
      onChange={(status) => onChange({ ...search, page: undefined, status: isStatus(status) ? status : undefined })}
    />
  );
}
