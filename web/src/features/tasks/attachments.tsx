import { useQuery } from '@tanstack/react-query';
import { Link2, Paperclip } from 'lucide-react';
import { useRef, useState } from 'react';
import type { TaskRead } from '@/api/gen';
import { listAttachmentsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { Button } from '@/components/ui/button';
import { GoingRow } from '@/features/uploads/going-row';
import { UnfinishedRow } from '@/features/uploads/unfinished-row';
import { usePlace } from '@/features/uploads/use-place';
import { useFileDrop } from '@/lib/file-drop';
import { AddLink } from './add-link';
import { AttachmentRow } from './attachment-row';
import { pathOf } from './change';
import { Heading } from './heading';

/** The files and addresses that hang on a task: dropped anywhere on the page, chosen, or written down. */
export function Attachments({ task, may }: { task: TaskRead; may: boolean }) {
  const read = useQuery(listAttachmentsOptions({ path: pathOf(task) }));
  const { data } = read;
  const { place, denied, going, unfinished, take } = usePlace(task.project_id, 'file', task.id);
  const mayGive = may && !denied;
  const field = useRef<HTMLInputElement>(null);
  const [linking, setLinking] = useState(false);
  const over = useFileDrop(mayGive ? take : null);
  const items = data?.items ?? [];
  if (read.isError && !data) return <NotRead what="The attachments" of={read} />;
  if (!may && !items.length) return null;
  return (
    <section
      aria-label="Attachments"
      className={over ? 'rounded-card outline-2 outline-ink outline-dashed outline-offset-4' : ''}
    >
      <Heading
        title={<>Attachments {items.length > 0 && <span className="num font-normal text-mute">{items.length}</span>}</>}
        action={
          may && (
            <span className="flex gap-1">
              <Button size="sm" look="quiet" icon={<Link2 />} onClick={() => setLinking(true)}>
                Add a link
              </Button>
              <Button
                size="sm"
                look="quiet"
                icon={<Paperclip />}
                denied={denied}
                onClick={() => field.current?.click()}
              >
                Attach files
              </Button>
            </span>
          )
        }
      />
      {over && <p className="py-2 font-[520]">Let go to attach</p>}
      {!over && data && !items.length && !linking && !going.length && (
        <p className="text-mute pointer-coarse:hidden">Drop files anywhere on this page.</p>
      )}
      {items.length > 0 && (
        <ul>
          {items.map((one) => (
            <AttachmentRow key={one.id} task={task} attachment={one} may={may} />
          ))}
        </ul>
      )}
      {linking && <AddLink task={task} onEnd={() => setLinking(false)} />}
      {(unfinished.length > 0 || going.length > 0) && (
        <div className="grid gap-3 pt-2">
          {unfinished.map((upload) => (
            <UnfinishedRow key={upload.id} upload={upload} place={place} />
          ))}
          {going.map((each) => (
            <GoingRow key={each.id} going={each} />
          ))}
        </div>
      )}
      <input
        ref={field}
        type="file"
        hidden
        multiple
        aria-label="Files to attach"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = '';
          if (files.length) take(files);
        }}
      />
    </section>
  );
}
