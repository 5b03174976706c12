import { useQuery } from '@tanstack/react-query';
import { listCommentHistoryOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Ago } from '@/components/ui/ago';
import { Dialog } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { BoneRows } from '@/components/ui/skeleton';
import { problem } from '@/lib/problem';
import type { Said, Thing } from './use-comments';

type EarlierProps = { thing: Thing; said: Said; onClose: () => void };

/** What a comment said before it was changed, newest first. */
export default function Earlier({ thing, said, onClose }: EarlierProps) {
  const path = { project_id: thing.projectId, comment_id: said.id };
  const { data, error } = useQuery(listCommentHistoryOptions({ path, query: { page_size: 50 } }));
  return (
    <Dialog open onOpenChange={onClose} title="What it said before" description={`By ${said.author.name}.`}>
      {error && <Notice tone="bad">{problem(error).message}</Notice>}
      {!data && !error && <BoneRows rows={2} label="Earlier texts are on their way" />}
      <ol className="grid gap-4">
        {data?.items.map((one) => (
          <li key={one.version} className="border-line border-b pb-4 last:border-0 last:pb-0">
            <p className="mb-1 text-mute text-xs">
              Version {one.version} · <Ago at={one.written_at} />
            </p>
            <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{one.body}</p>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
