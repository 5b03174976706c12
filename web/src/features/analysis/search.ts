/** What of a report is shown, as the address says it. */
import { KINDS, type Kind, SEVERITIES, type Severity } from './severity';

export type ReportSearch = {
  state?: 'new' | 'gone' | undefined;
  severity?: Severity | undefined;
  kind?: Kind | undefined;
  file?: string | undefined;
  q?: string | undefined;
  page?: number | undefined;
  /** The fingerprint of the finding that is open. */
  open?: string | undefined;
};

function oneOf<T extends string>(value: unknown, known: Record<T, unknown>): T | undefined {
  return typeof value === 'string' && Object.hasOwn(known, value) ? (value as T) : undefined;
}

function words(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value.slice(0, 200) : undefined;
}

export function readReportSearch(search: Record<string, unknown>): ReportSearch {
  return {
    state: search.state === 'new' || search.state === 'gone' ? search.state : undefined,
    severity: oneOf(search.severity, SEVERITIES),
    kind: oneOf(search.kind, KINDS),
    file: words(search.file),
    q: words(search.q),
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
    open: words(search.open),
  };
}

/** The same as a query of the API. */
export function findingQuery({ state, severity, kind, file, q, page = 1 }: ReportSearch, pageSize: number) {
  return {
    page,
    page_size: pageSize,
    state: state ?? ('open' as const),
    ...(severity ? { severity: [severity] } : {}),
    ...(kind ? { kind: [kind] } : {}),
    ...(file ? { file } : {}),
    ...(q ? { q } : {}),
  };
}

export function isNarrowed({ severity, kind, file, q }: ReportSearch): boolean {
  return Boolean(severity ?? kind ?? file ?? q);
}
