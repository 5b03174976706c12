import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { Archive } from 'lucide-react';
import { getSourceArchive } from '@/api/gen';
import { getSourceSnapshotOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Ago } from '@/components/ui/ago';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { FileView } from '@/features/source/file-view';
import { Revision } from '@/features/source/revision';
import { short } from '@/features/source/short';
import { Branch } from '@/features/source/tree';
import { bytes, plural } from '@/lib/format';
import { sayFailed } from '@/lib/toasts';

export const Route = createFileRoute('/_app/projects/$projectId/source/$snapshotId')({
  validateSearch: (search: Record<string, unknown>): { path?: string | undefined } => ({
    path: typeof search.path === 'string' && search.path ? search.path : undefined,
  }),
  loader: ({ context, params }) =>
    context.queryClient.ensureQueryData(
      getSourceSnapshotOptions({ path: { project_id: params.projectId, snapshot_id: params.snapshotId } }),
    ),
  component: Snapshot,
});

function Snapshot() {
  const where = Route.useParams();
  const { path } = Route.useSearch();
  return (
    <div className="flex min-h-0 flex-1">
      <aside
        aria-label="Files"
        className={`flex w-full shrink-0 flex-col border-line lg:sticky lg:top-[5.125rem] lg:h-[calc(100dvh-5.125rem)] lg:w-72 lg:border-r ${path ? 'max-lg:hidden' : ''}`}
      >
        <About {...where} />
        <div className="min-h-0 flex-1 overflow-y-auto p-2">
          <Branch folder="" depth={0} chosen={path ?? ''} {...where} />
        </div>
      </aside>
      {path ? (
        <FileView key={path} path={path} {...where} />
      ) : (
        <div className="flex-1 max-lg:hidden">
          <Empty title="Choose a file">Every file of this snapshot is kept as it came.</Empty>
        </div>
      )}
    </div>
  );
}

function About({ projectId, snapshotId }: { projectId: string; snapshotId: string }) {
  const { data } = useSuspenseQuery(
    getSourceSnapshotOptions({ path: { project_id: projectId, snapshot_id: snapshotId } }),
  );
  const snapshot = data.data;

  async function download() {
    try {
      const { data: link } = await getSourceArchive({ path: { project_id: projectId, snapshot_id: snapshotId } });
      location.assign(link.data.url);
    } catch (error) {
      void sayFailed('The archive was not fetched', error);
    }
  }

  return (
    <header className="flex items-center gap-2 border-line border-b px-3.5 py-2.5">
      <div className="min-w-0 flex-1">
        <h2 className="truncate">
          {snapshot.origin.git_url ? (
            <a
              href={snapshot.origin.git_url}
              target="_blank"
              rel="noreferrer"
              className="underline-offset-2 hover:underline"
            >
              {snapshot.origin.name}
            </a>
          ) : (
            snapshot.origin.name
          )}
        </h2>
        <div className="text-mute text-xs">
          <Revision origin={snapshot.origin} />
        </div>
        <p className="num text-mute text-xs">
          <code>{short(snapshot.source_id)}</code> · {plural(snapshot.files, 'file')} · {bytes(snapshot.size_bytes)} ·{' '}
          <Ago at={snapshot.uploaded_at} />
        </p>
      </div>
      <Button
        look="quiet"
        size="sm"
        icon={<Archive />}
        aria-label="Download as zip"
        data-tip="Download as zip"
        onClick={() => void download()}
      />
    </header>
  );
}
