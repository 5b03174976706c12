import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProjectRead } from '@/api/gen';
import { getProjectOptions } from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { Button } from '@/components/ui/button';
import { BoneRows } from '@/components/ui/skeleton';
import { useWhyNotIn } from '@/lib/rights';
import { Comment } from './comment';
import { Composer } from './composer';
import { draftOf, lostOf } from './drafts';
import { type Thing, type Thread, useSay, useThreads } from './use-comments';

/** What is said about a thing, and where one says more: threads one reply deep, always current. */
export function Comments({ thing }: { thing: Thing }) {
  const { data } = useQuery(getProjectOptions({ path: { project_id: thing.projectId } }));
  // Another thing has drafts and open boxes of its own.
  return data ? <Talk key={thing.id} thing={thing} project={data.data} /> : <BoneRows rows={2} label="Comments" />;
}

function Talk({ thing, project }: { thing: Thing; project: ProjectRead }) {
  const read = useThreads(thing);
  const { threads, isPending, error, hasNextPage, fetchNextPage, isFetchingNextPage } = read;
  const denied = useWhyNotIn(project, 'comment:create');
  const say = useSay(thing);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {error && <NotRead what="The comments" of={read} />}
      {isPending && <BoneRows rows={2} label="Comments are on their way" />}
      {threads.map((thread) => (
        <OneThread key={thread.root.id} thing={thing} thread={thread} denied={denied} />
      ))}
      {!isPending && !error && threads.length === 0 && (
        <p className="text-mute [text-wrap:pretty]">
          {denied ? 'Nobody said anything yet.' : 'Nobody said anything yet. Name a colleague with @ to ask them.'}
        </p>
      )}
      {hasNextPage && (
        <Button busy={isFetchingNextPage && 'Fetching…'} onClick={() => void fetchNextPage()}>
          Show later comments
        </Button>
      )}
      {denied ? (
        <p className="text-mute text-xs">{denied}</p>
      ) : (
        <Composer
          projectId={thing.projectId}
          draft={`${thing.type}:${thing.id}`}
          label="Say something"
          verb="Send"
          onSend={(body, key) => say(body, key)}
        />
      )}
    </div>
  );
}

type OneThreadProps = { thing: Thing; thread: Thread; denied: string | undefined };

function OneThread({ thing, thread, denied }: OneThreadProps) {
  const { root, replies } = thread;
  const draft = `${root.id}:reply`;
  // An answer that was begun is gone on with.
  const [answering, setAnswering] = useState(() => !denied && Boolean(draftOf(draft) || lostOf(draft)));
  const say = useSay(thing);
  const mayReply = !denied && !root.deleted_at && !root.sending;
  return (
    <section aria-label={`Thread of ${root.author.name}`} className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <Comment thing={thing} said={root} denied={denied} onReply={mayReply ? () => setAnswering(true) : undefined} />
      {(replies.length > 0 || answering) && (
        <div className="ml-[0.6875rem] grid grid-cols-[minmax(0,1fr)] gap-2 border-line border-l pl-[1.375rem]">
          {replies.map((reply) => (
            <Comment key={reply.id} thing={thing} said={reply} denied={denied} />
          ))}
          {answering && (
            <Composer
              projectId={thing.projectId}
              draft={draft}
              label={`Answer ${root.author.name}`}
              verb="Reply"
              autoFocus
              onSend={(body, key) => say(body, key, root.id)}
              onClose={() => setAnswering(false)}
            />
          )}
        </div>
      )}
    </section>
  );
}
