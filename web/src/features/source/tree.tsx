import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronDown, ChevronRight, File, Folder } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { EntryRead } from '@/api/gen';
import { listSourceFilesInfiniteOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Bone } from '@/components/ui/skeleton';
import { bytes, count } from '@/lib/format';
import { problem } from '@/lib/problem';

const PAGE_SIZE = 50;
const ROW =
  'flex min-h-7 w-full items-center gap-1.5 rounded-tag pr-2 text-left hover:bg-raise pointer-coarse:min-h-9 [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-faint';

type Where = { projectId: string; snapshotId: string };
type BranchProps = Where & { folder: string; depth: number; chosen: string };

/** The entries of a folder; folders open in place, and the way to the chosen file is open from the start. */
export function Branch({ folder, depth, chosen, ...where }: BranchProps) {
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...listSourceFilesInfiniteOptions({
      path: { project_id: where.projectId, snapshot_id: where.snapshotId },
      query: { folder, page_size: PAGE_SIZE },
    }),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page * last.page_size < last.total ? last.page + 1 : undefined),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error) return <p className="px-2 py-1 text-bad text-xs">{problem(error).message}</p>;
  if (!data) return <Bone className="late my-1.5 ml-4 h-4 w-32" />;
  const entries = data.pages.flatMap((page) => page.items);
  return (
    <ul>
      {entries.map((entry) => (
        <li key={entry.path}>
          {entry.kind === 'folder' ? (
            <FolderRow entry={entry} depth={depth} chosen={chosen} {...where} />
          ) : (
            <FileRow entry={entry} depth={depth} chosen={chosen} {...where} />
          )}
        </li>
      ))}
      {hasNextPage && (
        <li style={{ paddingLeft: indent(depth) }} className="py-1">
          <Button size="sm" busy={isFetchingNextPage && 'Fetching…'} onClick={() => void fetchNextPage()}>
            {count((data.pages[0]?.total ?? 0) - entries.length)} more
          </Button>
        </li>
      )}
    </ul>
  );
}

function indent(depth: number): string {
  return `${0.375 + depth * 0.875}rem`;
}

type RowProps = Where & { entry: EntryRead; depth: number; chosen: string };

function FolderRow({ entry, depth, chosen, ...where }: RowProps) {
  const onTheWay = chosen.startsWith(`${entry.path}/`);
  const [open, setOpen] = useState(onTheWay);
  useEffect(() => {
    if (onTheWay) setOpen(true);
  }, [onTheWay]);
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        className={ROW}
        style={{ paddingLeft: indent(depth) }}
        onClick={() => setOpen(!open)}
      >
        {open ? <ChevronDown /> : <ChevronRight />}
        <Folder strokeWidth={1.75} />
        <span className="truncate">{entry.name}</span>
        <span className="num ml-auto pl-2 text-faint text-xs">{count(entry.files)}</span>
      </button>
      {open && <Branch folder={entry.path} depth={depth + 1} chosen={chosen} {...where} />}
    </>
  );
}

function FileRow({ entry, depth, chosen, ...where }: RowProps) {
  return (
    <Link
      to="/projects/$projectId/source/$snapshotId"
      params={where}
      search={{ path: entry.path }}
      aria-current={entry.path === chosen ? 'page' : undefined}
      className={`${ROW} aria-[current=page]:bg-raise aria-[current=page]:font-[520]`}
      style={{ paddingLeft: `calc(${indent(depth)} + 1.25rem)` }}
    >
      <File strokeWidth={1.75} />
      <span className="truncate">{entry.name}</span>
      <span className="num ml-auto pl-2 text-faint text-xs">{bytes(entry.size_bytes)}</span>
    </Link>
  );
}
