import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type LinkProps, useRouter } from '@tanstack/react-router';
import { Bookmark, MessageSquare, Search } from 'lucide-react';
import { type ReactNode, useDeferredValue } from 'react';
import type { Piece } from '@/api/gen';
import {
  listProjectsOptions,
  listViewsOptions,
  searchCommentsOptions,
  searchProjectsOptions,
  searchTasksOptions,
} from '@/api/gen/@tanstack/react-query.gen';
import { ProjectKey } from '@/components/ui/avatar';
import { placeOf } from '@/features/search/place';
import { plainly } from '@/features/search/plainly';
import { StatusIcon } from '@/features/tasks/task-chips';
import { addressOf } from '@/features/tasks/view-search';
import { useProjectHere } from './here';

export type Entry = {
  value: string;
  label: string;
  icon: ReactNode;
  keys?: string;
  /** The label with what was found in it. */
  marked?: readonly Piece[];
  /** What stands before it, as a task's key. */
  number?: string;
  beside?: string;
  run: () => void;
};
/** `old`: what was found for what was typed before, or nothing yet. */
export type Group = { value: string; items: Entry[]; old?: boolean };

const FOUND = 6;

/** Projects, tasks and comments as one types; the projects of late before that. `settled`: all is for these very words. */
export function useFound(words: string): { groups: Group[]; settled: boolean } {
  const q = useDeferredValue(words.trim());
  const recent = useProjects(q);
  const tasks = useTasks(q);
  const comments = useComments(q);
  const views = useViewsHere();
  const asked = q ? [recent, tasks, comments] : [recent];
  const late = q !== words.trim();
  const groups = late ? asked.map((group) => ({ ...group, old: true })) : asked;
  return { groups: [...groups, views], settled: !late && asked.every((group) => !group.old) };
}

/** The way to all that is found for some words. */
export function useAll(words: string): Group {
  const router = useRouter();
  const q = words.trim();
  const all: Entry = {
    value: 'all',
    label: `See all results for “${q}”`,
    icon: <Search />,
    run: () => void router.navigate({ to: '/search', search: { q } }),
  };
  return { value: 'Search', items: q ? [all] : [] };
}

/** The saved views of the project one is in. */
function useViewsHere(): Group {
  const router = useRouter();
  const projectId = useProjectHere();
  const { data } = useQuery({
    ...listViewsOptions({ path: { project_id: projectId ?? '' } }),
    enabled: projectId !== undefined,
  });
  const items = (projectId ? (data?.items ?? []) : []).map((view) => ({
    value: view.id,
    label: view.name,
    icon: <Bookmark />,
    beside: view.shared ? `Shared ${view.layout}` : `My ${view.layout}`,
    run: () => void router.navigate({ ...addressOf(view), params: { projectId } } as LinkProps),
  }));
  // They are all here: what fits is for the words to say.
  return { value: 'Views', items, old: true };
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
  return { value: 'Projects', items, old: q ? sought.isPlaceholderData || sought.isPending : recent.isPending };
}

function useTasks(q: string): Group {
  const router = useRouter();
  const { data, isPlaceholderData, isPending } = useQuery({
    ...searchTasksOptions(asked(q)),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
  const items = (data?.items ?? []).map((task) => ({
    value: task.id,
    label: `${task.key} ${task.title}`,
    marked: task.marked,
    number: task.key,
    beside: task.project_name,
    icon: <StatusIcon status={task.status} />,
    run: () => {
      const params = { projectId: task.project_id, taskId: task.id };
      void router.navigate({ to: '/projects/$projectId/tasks/$taskId', params });
    },
  }));
  return { value: 'Tasks', items, old: isPlaceholderData || isPending };
}

function useComments(q: string): Group {
  const router = useRouter();
  const { data, isPlaceholderData, isPending } = useQuery({
    ...searchCommentsOptions(asked(q)),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
  const items = (data?.items ?? []).map((comment) => ({
    value: comment.id,
    label: comment.excerpt.map((piece) => piece.text).join(''),
    marked: plainly(comment.excerpt),
    beside: `${comment.author_name} · ${comment.project_name}`,
    icon: <MessageSquare />,
    run: () => void router.navigate(placeOf(comment)),
  }));
  return { value: 'Comments', items, old: isPlaceholderData || isPending };
}
