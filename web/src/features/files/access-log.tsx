import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccessRead, FileRead } from '@/api/gen';
import { listFileAccessesOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Pager } from '@/components/pager';
import { Ago } from '@/components/ui/ago';
import { Notice } from '@/components/ui/notice';
import { BoneRows } from '@/components/ui/skeleton';
import { problem } from '@/lib/problem';

const PAGE_SIZE = 20;
const DID: Record<AccessRead['action'], string> = {
  download: 'downloaded it',
  share_opened: 'looked at a link',
  share_downloaded: 'downloaded it by a link',
  share_refused: 'gave a wrong password',
};

/** Who came for a file, newest first. */
export function AccessLog({ file }: { file: FileRead }) {
  const [page, setPage] = useState(1);
  const { data, error } = useQuery({
    ...listFileAccessesOptions({ path: { file_id: file.id }, query: { page, page_size: PAGE_SIZE } }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  if (error) return <Notice tone="bad">{problem(error).message}</Notice>;
  if (!data) return <BoneRows rows={3} label="The log is on its way" />;
  if (!data.items.length) return <p className="py-4 text-mute">Nobody has come for it yet.</p>;
  return (
    <div className="min-w-0">
      <ul aria-label="Who came" className="rounded-card border border-line">
        {data.items.map((access) => (
          <li key={access.id} className="border-line border-b px-3 py-2 last:border-0">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span className="flex-1">
                <b className="font-[520]">{access.by?.name ?? 'Somebody'}</b>{' '}
                <span className={access.action === 'share_refused' ? 'text-bad' : 'text-mute'}>
                  {DID[access.action]}
                </span>
              </span>
              <Ago at={access.at} className="text-mute text-xs" />
            </p>
            <p className="truncate text-mute text-xs" title={access.user_agent}>
              <span className="num">{access.address}</span>
              {access.user_agent && ` · ${access.user_agent}`}
            </p>
          </li>
        ))}
      </ul>
      <Pager page={data.page} pageSize={data.page_size} total={data.total} what="entries" onPage={setPage} />
    </div>
  );
}
