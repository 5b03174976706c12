import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { FilePlus2 } from 'lucide-react';
import { useCallback } from 'react';
import { listFilesOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Pager } from '@/components/pager';
import { SearchBox } from '@/components/search-box';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { BoneRows } from '@/components/ui/skeleton';
import { FileRow } from '@/features/files/file-row';
import { Storage } from '@/features/files/storage';
import { Drop } from '@/features/uploads/drop';
import { GoingRow } from '@/features/uploads/going-row';
import { UnfinishedRow } from '@/features/uploads/unfinished-row';
import { usePlace } from '@/features/uploads/use-place';
import { problem } from '@/lib/problem';

type Search = { q?: string | undefined; page?: number | undefined };

const PAGE_SIZE = 30;

function options(projectId: string, { q, page = 1 }: Search) {
  return listFilesOptions({ query: { project_id: projectId, page, page_size: PAGE_SIZE, ...(q ? { q } : {}) } });
}

export const Route = createFileRoute('/_app/projects/$projectId/files')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    q: typeof search.q === 'string' && search.q ? search.q : undefined,
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => void context.queryClient.prefetchQuery(options(params.projectId, deps)),
  component: Files,
});

function Files() {
  const { projectId } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const find = useCallback((q: string) => void navigate({ search: q ? { q } : {}, replace: true }), [navigate]);
  const { data, error, refetch } = useQuery({ ...options(projectId, search), placeholderData: keepPreviousData });
  if (error && !data) return <Broken error={problem(error)} reset={() => void refetch()} />;
  const isEmpty = data?.total === 0 && !search.q;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 md:px-[1.125rem]">
      <Give projectId={projectId} first={isEmpty} />
      {!data && <BoneRows label="Files are on their way" />}
      {data && !isEmpty && (
        <section aria-labelledby="files">
          <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-2">
            <h2 id="files" className="flex-1">
              Files <span className="num font-normal text-faint">{data.total}</span>
            </h2>
            <Storage />
            <SearchBox label="Find a file" value={search.q ?? ''} onChange={find} className="w-full sm:w-60" />
          </div>
          {data.items.length > 0 ? (
            <ul className="overflow-hidden rounded-panel border border-line bg-panel">
              {data.items.map((file) => (
                <FileRow key={file.id} file={file} />
              ))}
            </ul>
          ) : (
            <NoFiles q={search.q} onBack={() => find('')} />
          )}
          <Pager
            page={data.page}
            pageSize={data.page_size}
            total={data.total}
            what="files"
            onPage={(page) => void navigate({ search: { ...search, page } })}
          />
        </section>
      )}
    </div>
  );
}

/** Where files come in; for those who only read, a word where there are none. */
function Give({ projectId, first }: { projectId: string; first: boolean }) {
  const { place, denied, going, unfinished, take } = usePlace(projectId, 'file');
  if (denied) {
    return (
      first && <Empty title="No files yet">What its members give this project will be listed here. {denied}</Empty>
    );
  }
  return (
    <Drop
      label="Give files"
      icon={<FilePlus2 aria-hidden="true" strokeWidth={1.5} />}
      title="Drop files anywhere on this page"
      touch="Upload files"
      hint="Designs, notes, data: kept as they are. Everybody in this project can fetch them."
      button="Choose files"
      input="Files"
      multiple
      first={first && going.length === 0}
      onFiles={take}
    >
      {unfinished.map((upload) => (
        <UnfinishedRow key={upload.id} upload={upload} place={place} />
      ))}
      {going.map((each) => (
        <GoingRow key={each.id} going={each} />
      ))}
    </Drop>
  );
}

/** A search that finds nothing, or a page past the last. */
function NoFiles({ q, onBack }: { q: string | undefined; onBack: () => void }) {
  if (!q) return <Empty title="Nothing on this page" action={<Button onClick={onBack}>To the first page</Button>} />;
  return (
    <Empty title="No file matches" action={<Button onClick={onBack}>Clear the search</Button>}>
      No file of this project has “{q}” in its name.
    </Empty>
  );
}
