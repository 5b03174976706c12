import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import type { SnapshotRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { Chip } from '@/components/ui/chip';
import { bytes, count, plural } from '@/lib/format';
import { Revision } from './revision';
import { short } from './short';

/** One version of the source, and what was left out of it. */
export function SnapshotRow({ snapshot, newest }: { snapshot: SnapshotRead; newest: boolean }) {
  return (
    <li className="border-line border-b last:border-0">
      <div className="group relative flex min-h-12 items-center gap-3 py-2 pr-3 pl-4 hover:bg-raise/60">
        <code className="w-16 shrink-0 text-mute max-sm:hidden">{short(snapshot.source_id)}</code>
        <div className="min-w-0 flex-1 sm:flex sm:items-baseline sm:gap-3">
          <Link
            to="/projects/$projectId/source/$snapshotId"
            data-row-link
            params={{ projectId: snapshot.project_id, snapshotId: snapshot.id }}
            search={{}}
            className="block truncate font-[520] after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-ink"
          >
            {snapshot.origin.name}
          </Link>
          <p className="num min-w-0 text-mute sm:flex sm:items-baseline sm:gap-3">
            <Revision origin={snapshot.origin} />
            <span className="block truncate">
              {plural(snapshot.files, 'file')} · {bytes(snapshot.size_bytes)}
            </span>
          </p>
        </div>
        {newest && <Chip>Newest</Chip>}
        <Ago at={snapshot.uploaded_at} className="relative w-20 text-right text-mute text-xs" />
        <ChevronRight aria-hidden="true" className="size-3.5 text-faint max-sm:hidden" />
      </div>
      {snapshot.skipped.length > 0 && <Skipped snapshot={snapshot} />}
    </li>
  );
}

function Skipped({ snapshot }: { snapshot: SnapshotRead }) {
  return (
    <details className="px-4 pb-2.5 text-mute text-xs sm:pl-[5.75rem]">
      <summary className="min-h-6 hover:text-fg">
        {plural(snapshot.skipped.length, 'place')} left out
        {snapshot.stripped && (
          <>
            ; <code>{snapshot.stripped}/</code> taken off every path
          </>
        )}
      </summary>
      <ul className="mt-1 grid gap-1">
        {snapshot.skipped.map((item) => (
          <li key={item.path} className="flex gap-3">
            <code className="min-w-0 truncate text-fg">{item.path}</code>
            <span className="shrink-0">{item.reason}</span>
            {item.entries > 1 && <span className="num ml-auto shrink-0">{count(item.entries)} entries</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
