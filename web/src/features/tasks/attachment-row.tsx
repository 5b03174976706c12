import { Download, Link2, X } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { type AttachmentRead, addAttachment, restoreFile, type TaskRead } from '@/api/gen';
import { removeAttachmentMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { FileKind } from '@/features/files/file-kind';
import { isShown } from '@/features/files/preview-kind';
import { useDownload } from '@/features/files/use-download';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { bytes } from '@/lib/format';
import { problem } from '@/lib/problem';
import { say, sayFailed } from '@/lib/toasts';
import { pathOf } from './change';

const load = () => import('@/features/files/preview');
const Preview = lazy(load);

type AttachmentRowProps = { task: TaskRead; attachment: AttachmentRead; may: boolean };

/** One thing that hangs on a task: looked at or fetched by its name. */
export function AttachmentRow({ task, attachment, may }: AttachmentRowProps) {
  const { kind, name, size_bytes, content_type, added_by, created_at } = attachment;
  const remove = useRemove(task, attachment);
  return (
    <li className="flex min-h-9 items-center gap-2.5 border-line border-b last:border-0">
      {kind === 'link' ? (
        <Link2 aria-hidden="true" className="size-4 shrink-0 text-mute" strokeWidth={1.75} />
      ) : (
        <FileKind of={content_type ?? ''} />
      )}
      <span className="flex min-w-0 flex-1 items-baseline gap-2">
        {kind === 'link' ? <Address attachment={attachment} /> : <File attachment={attachment} />}
        {size_bytes !== null && (
          <span data-tip={content_type} className="num relative shrink-0 text-mute text-xs">
            {bytes(size_bytes)}
          </span>
        )}
      </span>
      <span data-tip={added_by.name} className="relative flex">
        <Person id={added_by.id} name={added_by.name} size={16} />
        <span className="sr-only">Attached by {added_by.name}</span>
      </span>
      <Ago at={created_at} className="shrink-0 text-mute text-xs max-sm:hidden" />
      <span className="flex min-w-12 justify-end pointer-coarse:min-w-16">
        {kind === 'file' && <Fetch attachment={attachment} />}
        {may && (
          <Button
            size="sm"
            look="quiet"
            icon={<X />}
            aria-label={`Take ${name} off`}
            data-tip="Take off"
            aria-disabled={remove.isPending || undefined}
            onClick={() => remove.mutate({ path: { ...pathOf(task), attachment_id: attachment.id } })}
          />
        )}
      </span>
    </li>
  );
}

const NAME = 'min-w-0 truncate rounded-[3px] text-left font-[520] underline-offset-3 hover:underline';

function Address({ attachment: { name, url } }: { attachment: AttachmentRead }) {
  const { host } = new URL(url);
  return (
    <>
      <a href={url} target="_blank" rel="noopener noreferrer" className={NAME}>
        {name}
        <span className="sr-only"> (opens in a new tab)</span>
      </a>
      {host !== name && <span className="min-w-0 shrink-[2] truncate text-faint text-xs">{host}</span>}
    </>
  );
}

/** A file's name shows it where that is safe and small, and fetches it elsewhere. */
function File({ attachment }: { attachment: AttachmentRead }) {
  const [open, setOpen] = useState(false);
  const { file_id, name, content_type, size_bytes } = attachment;
  const file = { id: file_id ?? '', name, type: content_type ?? '', size: size_bytes ?? 0 };
  const download = useDownload(file);
  const shown = isShown(file);
  return (
    <>
      <button
        type="button"
        className={NAME}
        aria-haspopup={shown ? 'dialog' : undefined}
        data-tip={shown ? undefined : 'Download: only pictures and texts are shown here'}
        aria-disabled={download.busy}
        onPointerEnter={() => shown && void load()}
        onClick={() => (shown ? setOpen(true) : download.start())}
      >
        {name}
      </button>
      <Suspense>{open && <Preview file={file} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}

function Fetch({ attachment: { file_id, name } }: { attachment: AttachmentRead }) {
  const download = useDownload({ id: file_id ?? '', name });
  return (
    <Button
      size="sm"
      look="quiet"
      icon={<Download />}
      aria-label={`Download ${name}`}
      data-tip="Download"
      aria-disabled={download.busy}
      onClick={download.start}
    />
  );
}

/** Takes it off at once, and offers to hang it there again. */
function useRemove(task: TaskRead, attachment: AttachmentRead) {
  const { name } = attachment;
  return useAction(removeAttachmentMutation(), {
    onSuccess: () => {
      void say(`${name} is taken off`, { label: 'Undo', run: () => void hangAgain(task, attachment) });
      return stale('listAttachments', 'listFiles', 'getStorage');
    },
    onError: (error) => void sayFailed(`${name} was not taken off`, error),
  });
}

async function hangAgain(task: TaskRead, { kind, name, url, file_id }: AttachmentRead): Promise<void> {
  try {
    if (kind === 'link') await addAttachment({ path: pathOf(task), body: { url, name } });
    else if (file_id) {
      await broughtBack(file_id);
      await addAttachment({ path: pathOf(task), body: { file_id } });
    }
  } catch (error) {
    void sayFailed(`${name} was not attached again`, error);
  }
  await stale('listAttachments', 'listFiles', 'getStorage');
}

/** Taking a file off deletes it only where one may do that and it hangs nowhere else. */
async function broughtBack(fileId: string): Promise<void> {
  try {
    await restoreFile({ path: { file_id: fileId } });
  } catch (error) {
    const { code, status } = problem(error);
    if (code !== 'FILE_NOT_DELETED' && status !== 403) throw error;
  }
}
