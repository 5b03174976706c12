/** The tasks of a project's board, in one answer that events and one's own changes keep right. */
import { hashKey, queryOptions } from '@tanstack/react-query';
import { getTask, listTasks, type TaskSummary } from '@/api/gen';
import { queryClient } from '@/lib/client';
import { liveness, since } from '@/lib/liveCache';
import { problem } from '@/lib/problem';
import { settled } from './order';

/** As large as every tier may have it. */
const PAGE = 50;
/** Open tasks beyond this are found in the list: nobody looks through more cards. */
export const MOST = 1000;
/** How many of what is closed a column begins with. */
const CLOSED = 30;

export type BoardData = {
  tasks: readonly TaskSummary[];
  /** How many there are, of which columns and the board show no more than some. */
  totals: { open: number; done: number; cancelled: number };
};

export function boardOptions(projectId: string) {
  return queryOptions({
    queryKey: [{ _id: 'taskBoard', projectId }] as const,
    queryFn: ({ signal }) => readBoard(projectId, signal),
  });
}

async function readBoard(projectId: string, signal: AbortSignal): Promise<BoardData> {
  const path = { project_id: projectId };
  const ask = async (query: NonNullable<Parameters<typeof listTasks>[0]['query']>) =>
    (await listTasks({ path, query, signal })).data;
  const open = (page: number) => ask({ status: 'open', sort: 'position', page, page_size: PAGE });
  const closed = (status: string) => ask({ status, sort: '-updated_at', page_size: CLOSED });
  const [first, done, cancelled] = await Promise.all([open(1), closed('done'), closed('cancelled')]);
  const pages = Math.ceil(Math.min(first.total, MOST) / PAGE);
  const rest = await Promise.all(Array.from({ length: Math.max(0, pages - 1) }, (_, page) => open(page + 2)));
  // A task that moves while the pages are read may be on two of them.
  const tasks = new Map([first, ...rest, done, cancelled].flatMap(({ items }) => items.map((task) => [task.id, task])));
  return {
    tasks: [...tasks.values()],
    totals: { open: first.total, done: done.total, cancelled: cancelled.total },
  };
}

/** Puts the server's word on a task into the board, where there is one. */
export function settle(word: TaskSummary): void {
  queryClient.setQueryData<BoardData>(boardOptions(word.project_id).queryKey, (board) => {
    if (!board) return board;
    const old = board.tasks.find((task) => task.id === word.id);
    const totals = { ...board.totals };
    if (old) totals[bookOf(old)] -= 1;
    totals[bookOf(word)] += 1;
    return { tasks: settled(board.tasks, word), totals };
  });
}

/** Takes a task off the board. */
export function remove(projectId: string, taskId: string): void {
  queryClient.setQueryData<BoardData>(boardOptions(projectId).queryKey, (board) => {
    const old = board?.tasks.find((task) => task.id === taskId);
    if (!board || !old) return board;
    return {
      tasks: board.tasks.filter((task) => task !== old),
      totals: { ...board.totals, [bookOf(old)]: board.totals[bookOf(old)] - 1 },
    };
  });
}

function bookOf({ status }: TaskSummary): keyof BoardData['totals'] {
  return status === 'done' || status === 'cancelled' ? status : 'open';
}

const SOON = 80;
/** From so many changes at once on, the whole is asked for again. */
const MANY = 6;

/** Keeps a board right while it is looked at: each task that something happened to is asked for again, many at once not. */
export function followBoard(projectId: string): () => void {
  const touched = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const readAll = () => void queryClient.invalidateQueries({ queryKey: boardOptions(projectId).queryKey });
  const flush = () => {
    timer = undefined;
    const ids = [...touched];
    touched.clear();
    if (ids.length > MANY) readAll();
    else for (const id of ids) void readOne(projectId, id);
  };
  const hash = hashKey(boardOptions(projectId).queryKey);
  const end = liveness.on(`project:${projectId}`, {
    after: since(({ queryHash }) => queryHash === hash),
    onEvent: ({ name, data }) => {
      if (name === 'labels.changed') readAll();
      if (!name.startsWith('task.') || typeof data.id !== 'string') return;
      const parent = parentOf(projectId, data.id) ?? data.parent_id;
      if (name === 'task.deleted') remove(projectId, data.id);
      else touched.add(data.id);
      // It counts its parts, and is told nothing of them.
      if (typeof parent === 'string') touched.add(parent);
      timer ??= setTimeout(flush, SOON);
    },
    onReset: readAll,
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}

function parentOf(projectId: string, taskId: string): string | null | undefined {
  const board = queryClient.getQueryData(boardOptions(projectId).queryKey);
  return board?.tasks.find((task) => task.id === taskId)?.parent_id;
}

async function readOne(projectId: string, taskId: string): Promise<void> {
  try {
    const { data } = await getTask({ path: { project_id: projectId, task_id: taskId } });
    settle(data.data);
  } catch (error) {
    if (problem(error).status === 404) remove(projectId, taskId);
  }
}
