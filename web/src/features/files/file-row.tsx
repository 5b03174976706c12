import { Download, Link2, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { FileRead } from '@/api/gen';
import { deleteFileMutation, restoreFileMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Ago } from '@/components/ui/ago';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { bytes, plural } from '@/lib/format';
import { say, sayFailed } from '@/lib/toasts';
import { FileKind } from './file-kind';
import { useDownload } from './use-download';

const load = () => import('./share-dialog');
const ShareDialog = lazy(load);

/** A file in a list; its name fetches it. */
export function FileRow({ file }: { file: FileRead }) {
  const [sharing, setSharing] = useState(false);
  const remove = useRemove(file);
  const download = useDownload(file);
  return (
    <li className="flex min-h-11 items-center gap-3 border-line border-b px-3.5 py-1.5 last:border-0 hover:bg-raise/60">
      <FileKind of={file.content_type} />
      <div className="min-w-0 flex-1 md:flex md:items-baseline md:gap-3">
        <button
          type="button"
          data-row-link
          className="block min-w-0 max-w-full truncate rounded-[3px] text-left font-[520] hover:underline hover:underline-offset-3"
          aria-disabled={download.busy}
          onClick={download.start}
        >
          {file.name}
        </button>
        <p className="num shrink-0 truncate text-mute max-md:text-xs" data-tip={file.content_type}>
          {bytes(file.size_bytes)} <span className="md:hidden">· {file.uploaded_by.name}</span>
        </p>
      </div>
      {file.links > 0 && <Chip icon={<Link2 />}>{plural(file.links, 'link')}</Chip>}
      <span className="w-32 truncate text-mute max-md:hidden">{file.uploaded_by.name}</span>
      <Ago at={file.created_at} className="w-20 text-right text-mute text-xs max-sm:hidden" />
      <span className="flex shrink-0">
        <Button
          look="quiet"
          size="sm"
          icon={<Download />}
          aria-label={`Download ${file.name}`}
          data-tip="Download"
          className="max-sm:hidden"
          aria-disabled={download.busy}
          onClick={download.start}
        />
        {file.can_share && (
          <Button
            look="quiet"
            size="sm"
            icon={<Link2 />}
            aria-label={`Share ${file.name}`}
            data-tip="Share"
            onPointerEnter={() => void load()}
            onFocus={() => void load()}
            onClick={() => setSharing(true)}
          />
        )}
        {file.can_delete && (
          <Button
            look="quiet"
            size="sm"
            icon={<Trash2 />}
            aria-label={`Delete ${file.name}`}
            data-tip="Delete"
            aria-disabled={remove.isPending || undefined}
            onClick={() => remove.mutate({ path: { file_id: file.id } })}
          />
        )}
      </span>
      <Suspense>{sharing && <ShareDialog file={file} onClose={() => setSharing(false)} />}</Suspense>
    </li>
  );
}

/** Deletes at once, and offers to take it back. */
function useRemove(file: FileRead) {
  const again = () => stale('listFiles', 'getStorage');
  const restore = useAction(restoreFileMutation(), {
    onSuccess: again,
    onError: (error) => void sayFailed(`${file.name} was not brought back`, error),
  });
  return useAction(deleteFileMutation(), {
    onSuccess: () => {
      void say(`${file.name} is deleted`, {
        label: 'Undo',
        run: () => restore.mutate({ path: { file_id: file.id } }),
      });
      return again();
    },
    onError: (error) => void sayFailed(`${file.name} was not deleted`, error),
  });
}
