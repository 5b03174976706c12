import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronLeft, Download } from 'lucide-react';
import { Suspense, useLayoutEffect, useRef } from 'react';
import type { ContentRead } from '@/api/gen';
import { getSourceFileOptions } from '@/api/gen/@tanstack/react-query.gen';
import { CodeLines } from '@/components/code/code-lines';
import { GoToLine } from '@/components/code/go-to-line';
import { ButtonAnchor } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { Empty } from '@/components/ui/empty';
import { Notice } from '@/components/ui/notice';
import { Bone } from '@/components/ui/skeleton';
import { bytes, plural } from '@/lib/format';
import { useLineRange } from '@/lib/lines';
import { problem } from '@/lib/problem';

type FileViewProps = { projectId: string; snapshotId: string; path: string };

/** One file of a snapshot. */
export function FileView({ projectId, snapshotId, path }: FileViewProps) {
  const { data, error } = useQuery({
    ...getSourceFileOptions({ path: { project_id: projectId, snapshot_id: snapshotId }, query: { path } }),
    staleTime: 5 * 60_000,
  });
  const file = data?.data;
  return (
    <section aria-label={path} className="flex min-w-0 flex-1 flex-col bg-panel">
      <header className="sticky top-[5.125rem] z-10 flex min-h-10 items-center gap-2 border-line border-b bg-panel px-3">
        <Link
          to="/projects/$projectId/source/$snapshotId"
          params={{ projectId, snapshotId }}
          search={{}}
          aria-label="Back to the files"
          className="-ml-1 grid size-8 place-items-center text-mute lg:hidden"
        >
          <ChevronLeft className="size-4" />
        </Link>
        <code className="min-w-0 truncate">{path}</code>
        <Copy text={path} what="the path" />
        <span className="num ml-auto shrink-0 text-mute text-xs">{file && bytes(file.size_bytes)}</span>
        {file && (
          <ButtonAnchor
            look="quiet"
            size="sm"
            icon={<Download />}
            href={file.download_url}
            download
            aria-label="Download"
            data-tip="Download"
          />
        )}
      </header>
      {error && (
        <div className="p-4">
          <Notice tone="bad">{problem(error).message}</Notice>
        </div>
      )}
      {file ? <Body file={file} /> : !error && <Waiting />}
    </section>
  );
}

function Waiting() {
  return (
    <div role="status" className="late grid gap-2 p-4">
      <span className="sr-only">The file is on its way</span>
      <Bone className="h-3.5 w-64" />
      <Bone className="h-3.5 w-80" />
      <Bone className="h-3.5 w-48" />
    </div>
  );
}

function Body({ file }: { file: ContentRead }) {
  if (file.text === null) {
    return <Empty title="Not a text">This file is binary. Download it to look inside.</Empty>;
  }
  if (!file.text) return <Empty title="Empty">There is nothing in this file.</Empty>;
  return (
    <>
      {file.truncated && (
        <div className="p-3">
          <Notice>
            Only the beginning is shown, {plural(file.text.split('\n').length, 'line')}. The download has all of it.
          </Notice>
        </div>
      )}
      <Suspense fallback={<Waiting />}>
        <Text path={file.path} text={file.text} />
      </Suspense>
    </>
  );
}

function Text({ path, text }: { path: string; text: string }) {
  const [range, point] = useLineRange();
  const box = useRef<HTMLElement>(null);
  // Once: the line that the address names is brought into sight; pressing another must not move the page.
  const wanted = useRef(range?.from);
  useLayoutEffect(() => {
    if (wanted.current)
      box.current?.querySelector(`[data-row="${wanted.current}"]`)?.scrollIntoView({ block: 'center' });
    wanted.current = undefined;
  }, []);

  function go(line: number) {
    point(line);
    box.current?.querySelector(`[data-row="${line}"]`)?.scrollIntoView({ block: 'center' });
  }

  return (
    <section
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
      tabIndex={0}
      aria-label="Code"
      className="overflow-x-auto bg-panel focus-visible:-outline-offset-2"
    >
      <CodeLines path={path} text={text} marked={range} onLine={point} />
      <GoToLine last={text.split('\n').length} onLine={go} />
    </section>
  );
}
