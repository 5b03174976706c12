import type { PageJobSummary } from '@/api/gen';
import { Pager } from '@/components/pager';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { useFollowJobs } from '@/lib/liveCache';
import type { RunSearch } from './filters';
import { RunRow } from './run-row';

type RunListProps = {
  page: PageJobSummary;
  search: RunSearch;
  onSearch: (search: RunSearch) => void;
  /** What an unfiltered, empty list says. */
  empty: React.ReactNode;
  project?: boolean;
};

/** A page of runs; the running ones move. */
export function RunList({ page, search, onSearch, empty, project = true }: RunListProps) {
  useFollowJobs(page.items);
  if (!page.items.length) {
    if (!search.status && !search.kind && !search.page) return empty;
    return (
      <Empty title="No run matches" action={<Button onClick={() => onSearch({})}>Clear the filters</Button>}>
        No run {search.status ? `is ${search.status}` : 'is on this page'}.
      </Empty>
    );
  }
  return (
    <>
      <ul className="border-line border-b">
        {page.items.map((job) => (
          <RunRow key={job.id} job={job} project={project} />
        ))}
      </ul>
      <Pager
        page={page.page}
        pageSize={page.page_size}
        total={page.total}
        what="runs"
        onPage={(next) => onSearch({ ...search, page: next })}
      />
    </>
  );
}
