import { clsx } from 'clsx';
import { Fragment, type ReactNode } from 'react';
import type { EndpointCalls } from '@/api/gen';
import { count } from '@/lib/format';
import { CallBars } from './call-bars';
import type { Sort } from './search';
import { bars, fewer, millis } from './series';

/** As many bars as are still bars in a cell. */
const SMALL = 42;

type EndpointTableProps = {
  rows: readonly EndpointCalls[];
  since: Date;
  until: Date;
  step: number;
  sort: Sort;
  onSort: (sort: Sort) => void;
};

const NUMBER = 'num px-2 py-2 text-right whitespace-nowrap';

/** The endpoints that were asked, a row each; on a phone only what matters most. */
export function EndpointTable({ rows, since, until, step, sort, onSort }: EndpointTableProps) {
  const head = { sort, onSort };
  return (
    <table className="w-full table-fixed border-collapse">
      <caption className="sr-only">Endpoints</caption>
      <thead>
        <tr className="border-line border-b text-mute text-xs">
          <Head {...head} by="endpoint" className="text-left">
            Endpoint
          </Head>
          <th scope="col" className="w-40 px-2 py-1.5 text-left font-normal max-lg:hidden">
            Over time
          </th>
          <Head {...head} by="-calls" className="w-20 text-right">
            Calls
          </Head>
          <Head {...head} by="-errors" className="w-18 text-right">
            Errors
          </Head>
          <th scope="col" className="w-20 px-2 py-1.5 text-right font-normal max-md:hidden">
            Mean
          </th>
          <th scope="col" className="w-20 px-2 py-1.5 text-right font-normal max-md:hidden">
            p50
          </th>
          <Head {...head} by="-p95_ms" className="w-22 pr-1.5 text-right max-sm:hidden">
            p95
          </Head>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.method} ${row.endpoint}`} className="border-line border-b last:border-0 hover:bg-raise/60">
            <th scope="row" className="py-2 pr-2 pl-4 text-left font-normal md:pl-3.5">
              <span className="mr-2 inline-block w-12 text-2xs text-mute max-sm:block">{row.method}</span>
              <code className="[overflow-wrap:anywhere]">{breakable(row.endpoint)}</code>
            </th>
            <td className="px-2 py-2 max-lg:hidden">
              <CallBars
                bars={fewer(bars(row.series ?? [], since, until, step), SMALL)}
                label={`${row.method} ${row.endpoint} over time`}
                className="h-5"
              />
            </td>
            <td className={NUMBER}>{count(row.calls)}</td>
            <td className={clsx(NUMBER, row.errors ? 'text-bad' : 'text-faint')}>{count(row.errors)}</td>
            <td className={clsx(NUMBER, 'max-md:hidden')}>{millis(row.mean_ms)}</td>
            <td className={clsx(NUMBER, 'max-md:hidden')}>{millis(row.p50_ms)}</td>
            <td className={clsx(NUMBER, 'pr-3.5 max-sm:hidden')}>{millis(row.p95_ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type HeadProps = { by: Sort; sort: Sort; onSort: (sort: Sort) => void; className?: string; children: string };

function Head({ by, sort, onSort, className, children }: HeadProps) {
  const on = sort === by;
  return (
    <th
      scope="col"
      aria-sort={on ? (by === 'endpoint' ? 'ascending' : 'descending') : undefined}
      className={clsx('p-0 font-normal', className)}
    >
      <button
        type="button"
        onClick={() => onSort(by)}
        className={clsx(
          'min-h-7 w-full rounded-tag px-2 hover:text-fg',
          by === 'endpoint' ? 'pl-4 text-left md:pl-3.5' : 'text-right',
          on && 'font-[550] text-fg',
        )}
      >
        {children}
      </button>
    </th>
  );
}

/** An address that is broken before its slashes where there is no room for it. */
function breakable(endpoint: string): ReactNode {
  return endpoint.split(/(?=\/)/).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of an address have no other name, and keep their place
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
