import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { listSourceSnapshotsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Pager } from '@/components/pager';
import { AnalyseButton } from '@/features/analysis/analyse-button';
import { useProject } from '@/features/projects/use-project';
import { DropZone } from '@/features/source/drop-zone';
import { NoSource } from '@/features/source/no-source';
import { SnapshotRow } from '@/features/source/snapshot-row';
import { useWhyNotIn } from '@/lib/rights';

type Search = { page?: number | undefined };

const PAGE_SIZE = 20;

function options(projectId: string, page = 1) {
  return listSourceSnapshotsOptions({ path: { project_id: projectId }, query: { page, page_size: PAGE_SIZE } });
}

export const Route = createFileRoute('/_app/projects/$projectId/source/')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => context.queryClient.ensureQueryData(options(params.projectId, deps.page)),
  component: Source,
});

function Source() {
  const { projectId } = Route.useParams();
  const { page } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data } = useSuspenseQuery(options(projectId, page));
  const last = data.items.find(({ origin }) => origin.git_url)?.origin;
  const noUpload = useWhyNotIn(useProject(projectId), 'file:upload');
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 md:px-[1.125rem]">
      {!noUpload && (
        <DropZone
          projectId={projectId}
          first={data.total === 0}
          last={last}
          afterwards={<AnalyseButton projectId={projectId} />}
        />
      )}
      {noUpload && data.total === 0 && <NoSource why={noUpload} />}
      {data.total > 0 && (
        <section aria-labelledby="snapshots">
          <h2 id="snapshots" className="mb-2">
            Snapshots <span className="num font-normal text-faint">{data.total}</span>
          </h2>
          <ul className="overflow-hidden rounded-panel border border-line bg-panel">
            {data.items.map((snapshot, index) => (
              <SnapshotRow key={snapshot.id} snapshot={snapshot} newest={!page && index === 0 && data.total > 1} />
            ))}
          </ul>
          <Pager
            page={data.page}
            pageSize={data.page_size}
            total={data.total}
            what="snapshots"
            onPage={(next) => void navigate({ search: { page: next } })}
          />
        </section>
      )}
    </div>
  );
}
