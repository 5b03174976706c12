import { type InfiniteData, useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { type CommentRead, createComment, listComments, starComment, unstarComment, updateComment } from '@/api/gen';
import { deleteCommentMutation } from '@/api/gen/@tanstack/react-query.gen';
import { useAction } from '@/lib/action';
import { queryClient, stale } from '@/lib/client';
import type { Problem } from '@/lib/problem';
import { useMe } from '@/lib/session';
import { sayFailed } from '@/lib/toasts';

/** What is talked about. */
export type Thing = { projectId: string; type: CommentRead['entity_type']; id: string };
/** A comment; one that is on its way has no id of the server's yet. */
export type Said = CommentRead & { sending?: boolean };
export type Thread = { root: Said; replies: Said[] };
type Answer = { items: Said[]; total: number; next_cursor?: string | null };
type Kept = InfiniteData<Answer, string | undefined>;

const PAGE = 50;

// Begins as generated keys do, so that `stale('listComments')` finds it.
const keyOf = (thing: Thing) => [{ _id: 'listComments', thing }] as const;

export function useThreads(thing: Thing) {
  const query = useInfiniteQuery({
    queryKey: keyOf(thing),
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }): Promise<Answer> => {
      const asked = { entity_type: thing.type, entity_id: thing.id, page_size: PAGE };
      const { data } = await listComments({
        path: { project_id: thing.projectId },
        query: pageParam ? { ...asked, cursor: pageParam } : asked,
        signal,
        throwOnError: true,
      });
      return data;
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  return { ...query, threads: threadsOf(query.data?.pages.flatMap((page) => page.items) ?? []) };
}

/** Comments as they come, each root followed by its replies. */
function threadsOf(items: readonly Said[]): Thread[] {
  const threads = new Map<string, Thread>();
  for (const item of items) if (!item.parent_id) threads.set(item.id, { root: item, replies: [] });
  for (const item of items) if (item.parent_id) threads.get(item.parent_id)?.replies.push(item);
  return [...threads.values()];
}

function patch(thing: Thing, change: (items: Said[], last: boolean) => Said[]): void {
  queryClient.setQueryData<Kept>(keyOf(thing), (kept) => {
    if (!kept) return kept;
    const end = kept.pages.length - 1;
    return { ...kept, pages: kept.pages.map((page, at) => ({ ...page, items: change(page.items, at === end) })) };
  });
}

const put = (thing: Thing, said: Said) =>
  patch(thing, (items) => items.map((item) => (item.id === said.id ? said : item)));

/** Says something. It stands there at once; refused, it is taken away again and the promise fails. */
export function useSay(thing: Thing): (body: string, key: string, parentId?: string) => Promise<void> {
  const me = useMe();
  return async (body, key, parentId) => {
    const at = new Date().toISOString();
    const sending: Said = {
      id: key,
      project_id: thing.projectId,
      entity_type: thing.type,
      entity_id: thing.id,
      parent_id: parentId ?? null,
      author: { id: me.id, username: me.username, name: me.display_name || me.username },
      body,
      body_html: '',
      stars: 0,
      starred: false,
      can_edit: false,
      can_delete: false,
      created_at: at,
      edited_at: null,
      deleted_at: null,
      deleted_by: null,
      version: 0,
      sending: true,
    };
    // What is not there yet goes on coming.
    if (queryClient.getQueryData(keyOf(thing))) await queryClient.cancelQueries({ queryKey: keyOf(thing) });
    patch(thing, (items, last) => (last ? [...items, sending] : items));
    try {
      const { data } = await createComment({
        path: { project_id: thing.projectId },
        body: { entity_type: thing.type, entity_id: thing.id, body, ...(parentId ? { parent_id: parentId } : {}) },
        // Sent again after a lost answer, it is said once.
        headers: { 'Idempotency-Key': key },
        throwOnError: true,
      });
      // What was told live may have brought it already.
      patch(thing, (items, last) => [
        ...items.filter((item) => item.id !== key && item.id !== data.data.id),
        ...(last ? [data.data] : []),
      ]);
      void stale('listComments');
    } catch (error) {
      patch(thing, (items) => items.filter((item) => item.id !== key));
      throw error;
    }
  };
}

/** Says something else instead; refused when somebody, perhaps oneself elsewhere, changed it meanwhile. */
export async function sayInstead(thing: Thing, said: Said, body: string): Promise<void> {
  const { data } = await updateComment({
    path: { project_id: thing.projectId, comment_id: said.id },
    body: { body },
    headers: { 'If-Match': `"${said.version}"` },
    throwOnError: true,
  });
  put(thing, data.data);
  void stale('listCommentHistory');
}

/** Stars a comment or takes the star off, at once; a refusal puts it back and says so. */
export function useStar(thing: Thing): (said: Said) => void {
  const { mutate } = useMutation<void, Problem, Said>({
    mutationFn: async (said) => {
      const path = { project_id: thing.projectId, comment_id: said.id };
      await (said.starred ? unstarComment : starComment)({ path, throwOnError: true });
    },
    onMutate: (said) => put(thing, { ...said, starred: !said.starred, stars: said.stars + (said.starred ? -1 : 1) }),
    onError: (error, said) => {
      put(thing, said);
      void sayFailed('The star was not kept', error);
    },
  });
  return (said) => mutate(said);
}

export function useUnsay(thing: Thing): (said: Said) => void {
  const { mutate } = useAction(deleteCommentMutation(), {
    onSuccess: () => stale('listComments'),
    onError: (error) => void sayFailed('The comment was not deleted', error),
  });
  return (said) => mutate({ path: { project_id: thing.projectId, comment_id: said.id } });
}
