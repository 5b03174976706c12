import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type LinkProps, useRouter } from '@tanstack/react-router';
import { MessageSquare } from 'lucide-react';
import { type ReactNode, useDeferredValue } from 'react';
import type { CommentFound, Piece } from '@/api/gen';
import {
  listProjectsOptions,
  searchCommentsOptions,
  searchProjectsOptions,
  searchTasksOptions,
} from '@/api/gen/@tanstack/react-query.gen';
import { ProjectKey } from '@/components/ui/avatar';

export type Entry = {
  value: string;
  label: string;
  icon: ReactNode;
  keys?: string;
  /** The label with what was found in it. */
  marked?: readonly Piece[];
  beside?: string;
  run: () => void;
};
/** `old`: what was found for what was typed before. */
export type Group = { value: string; items: Entry[]; old?: boolean };

const FOUND = 6;

/** What was found stands out. */
export function Marked({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map((piece, at) =>
    piece.hit ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text keep their places
      <mark key={at} className="rounded-[3px] bg-warn-bg text-fg">
        {piece.text}
      </mark>
    ) : (
      piece.text
    ),
  );
}

/** Projects, tasks and comments as one types; the projects of late before that. */
export function useFound(words: string): Group[] {
  const q = useDeferredValue(words.trim());
  const recent = useProjects(q);
  const tasks = useTasks(q);
  const comments = useComments(q);
  const groups = q ? [recent, tasks, comments] : [recent];
  return q === words.trim() ? groups : groups.map((group) => ({ ...group, old: true }));
}

const asked = (q: string) => ({ query: { q, page_size: FOUND } });

function useProjects(q: string): Group {
  const router = useRouter();
  const recent = useQuery({ ...listProjectsOptions({ query: { page_size: FOUND } }), enabled: !q });
  const sought = useQuery({ ...searchProjectsOptions(asked(q)), enabled: q !== '', placeholderData: keepPreviousData });
  const shown = q ? sought.data?.items : recent.data?.items.map((one) => ({ ...one, marked: undefined }));
  const items = (shown ?? []).map(({ id, key, name, marked }) => ({
    value: id,
    label: name,
    ...(marked ? { marked } : {}),
    icon: <ProjectKey of={key} className="w-10" />,
    run: () => void router.navigate({ to: '/projects/$projectId', params: { projectId: id } }),
  }));
  return { value: 'Projects', items, old: sought.isPlaceholderData };
}

function useTasks(q: string): Group {
  const router = useRouter();
  const { data, isPlaceholderData } = useQuery({
    ...searchTasksOptions(asked(q)),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
  const items = (data?.items ?? []).map((task) => ({
    value: task.id,
    label: `${task.key} ${task.title}`,
    marked: task.marked,
    beside: `${task.key} · ${task.project_name}`,
    icon: <ProjectKey of={task.key} className="w-10" />,
    run: () => {
      const params = { projectId: task.project_id, taskId: task.id };
      void router.navigate({ to: '/projects/$projectId/tasks/$taskId', params });
    },
  }));
  return { value: 'Tasks', items, old: isPlaceholderData };
}

function placeOf(comment: CommentFound): LinkProps['to'] {
  if (comment.entity_type === 'job') return `/runs/${comment.entity_id}` as LinkProps['to'];
  const project = `/projects/${comment.project_id}`;
  const place = comment.entity_type === 'task' ? `${project}/tasks/${comment.entity_id}` : project;
  return place as LinkProps['to'];
}

function useComments(q: string): Group {
  const router = useRouter();
  const { data, isPlaceholderData } = useQuery({
    ...searchCommentsOptions(asked(q)),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
  const items = (data?.items ?? []).map((comment) => ({
    value: comment.id,
    label: comment.excerpt.map((piece) => piece.text).join(''),
    marked: comment.excerpt,
    beside: `${comment.author_name} · ${comment.project_name}`,
    icon: <MessageSquare />,
    run: () => void router.navigate({ to: placeOf(comment), hash: `comment-${comment.id}` }),
  }));
  return { value: 'Comments', items, old: isPlaceholderData };
}
