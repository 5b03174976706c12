import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import { extractClosestEdge } from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge';
import { Link, useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef, useState } from 'react';
import { count } from '@/lib/format';
import { useMe } from '@/lib/session';
import { useShortcuts } from '@/lib/shortcuts';
import type { BoardData } from './board-cache';
import { move, useApplied } from './change';
import { Column } from './column';
import { ColumnTabs } from './column-tabs';
import { type Columns, columnsOf, type Place, stepped } from './order';
import { type BoardSearch, isNarrowed, matcher } from './search';
import { useTaskKeys } from './use-task-keys';
import { isClosed, isStatus, STATUS_ORDER, STATUSES, type Status } from './words';

type BoardProps = {
  projectId: string;
  board: BoardData;
  search: BoardSearch;
  onColumn: (column: Status) => void;
  mayMove: boolean;
  mayAdd: boolean;
};

/** The tasks of a project in columns. A card is carried with a pointer, moved with Shift and arrows, or from its menu. */
export function Board({ projectId, board, search, onColumn, mayMove, mayAdd }: BoardProps) {
  const me = useMe();
  const tasks = useApplied(board.tasks);
  const columns = useMemo(() => columnsOf(tasks), [tasks]);
  const shown = useMemo(() => columnsOf(tasks.filter(matcher(search, me.id))), [tasks, search, me.id]);
  const totals = totalsOf(board, columns);
  const chosen = search.column ?? 'todo';
  const box = useRef<HTMLDivElement>(null);
  useDrops(box, columns);
  const { onKeyDown, said } = useMoves(box, shown, mayMove);
  useTaskKeys(box, tasks, mayMove, search.peek);
  useAddKey(box, mayAdd);
  const onClick = useOpening();
  const narrowed = isNarrowed(search);
  const [folded, setFolded] = useState(true);
  return (
    <>
      <ColumnTabs totals={totals} chosen={chosen} onChoose={onColumn} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys that bubble up from the cards */}
      <div
        ref={box}
        onKeyDown={onKeyDown}
        onClick={onClick}
        className="flex min-h-0 flex-1 gap-2 overflow-x-auto md:px-3 md:pt-1.5"
      >
        {STATUS_ORDER.map((status) => (
          <Column
            key={status}
            projectId={projectId}
            status={status}
            tasks={shown[status]}
            total={narrowed ? shown[status].length : totals[status]}
            mayMove={mayMove}
            mayAdd={mayAdd && !isClosed(status)}
            open={search.peek}
            chosen={status === chosen}
            folded={status === 'cancelled' && folded}
            onFold={status === 'cancelled' ? setFolded : undefined}
            more={
              totals[status] > columns[status].length && (
                <Link
                  to="/projects/$projectId/list"
                  params={{ projectId }}
                  search={{ status }}
                  className="block rounded-ctl px-2 py-2 text-mute text-xs hover:text-fg"
                >
                  All {count(totals[status])} are in the list
                </Link>
              )
            }
          />
        ))}
      </div>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  );
}

/** Q writes tasks into the column one is in, or into the first to do. */
function useAddKey(box: React.RefObject<HTMLElement | null>, mayAdd: boolean): void {
  const run = () => {
    const button = (within: Element | null | undefined) => within?.querySelector<HTMLElement>('[data-add]');
    const here = button(document.activeElement?.closest('section[data-column]'));
    (here ?? button(box.current?.querySelector('[data-column=todo]')))?.click();
  };
  useShortcuts(mayAdd ? [{ keys: 'Q', does: 'Add tasks to the column', run }] : []);
}

/** Opens a card beside the board; with a key that asks for a tab or window, its own page there. */
function useOpening() {
  const navigate = useNavigate();
  return (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('a[data-row-link]') : null;
    const peek = link?.closest('[data-task]')?.getAttribute('data-task');
    if (!peek || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void navigate({ to: '.', search: (now) => ({ ...now, peek }) });
  };
}

/** How many each column has in all; of closed ones the board holds only the newest. */
function totalsOf({ totals }: BoardData, columns: Columns): Record<Status, number> {
  const counted = Object.fromEntries(STATUS_ORDER.map((status) => [status, columns[status].length]));
  return {
    ...(counted as Record<Status, number>),
    done: Math.max(totals.done, columns.done.length),
    cancelled: Math.max(totals.cancelled, columns.cancelled.length),
  };
}

/** Puts a card where it was let go. */
function useDrops(box: React.RefObject<HTMLElement | null>, columns: Columns): void {
  const latest = useRef(columns);
  latest.current = columns;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    return combine(
      autoScrollForElements({ element }),
      monitorForElements({
        onDrop: ({ source, location }) => {
          const [first, second] = location.current.dropTargets;
          const status = (second ?? first)?.data.status;
          const task = find(latest.current, source.data.taskId);
          if (!first || !task || !isStatus(status)) return;
          const beside = first.data.taskId;
          if (beside === task.id) return;
          const place: Place =
            typeof beside !== 'string'
              ? { at: 'bottom' }
              : extractClosestEdge(first.data) === 'top'
                ? { before: beside }
                : { after: beside };
          void move(task, status, place, backTo(latest.current, task));
        },
      }),
    );
  }, [box]);
}

type Task = Columns[Status][number];

function find(columns: Columns, taskId: unknown): Task | undefined {
  return Object.values(columns)
    .flat()
    .find((task) => task.id === taskId);
}

/** Where a card stands, so that it can be put back there. */
function backTo(columns: Columns, task: Task): Place | undefined {
  if (isClosed(task.status)) return undefined;
  const next = columns[task.status][columns[task.status].indexOf(task) + 1];
  return next ? { before: next.id } : { at: 'bottom' };
}

const WAYS = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' } as const;

/** Arrows go from card to card; with Shift they take the card along. */
function useMoves(box: React.RefObject<HTMLElement | null>, shown: Columns, mayMove: boolean) {
  const [said, setSaid] = useState('');
  useShortcuts([
    { keys: 'Arrows', does: 'From card to card' },
    ...(mayMove ? [{ keys: 'Shift+Arrows', does: 'Move the card' }] : []),
  ]);

  function onKeyDown(event: KeyboardEvent) {
    const way = WAYS[event.key as keyof typeof WAYS];
    const card = event.target instanceof Element ? event.target.closest('[data-task]') : null;
    const task = find(shown, card?.getAttribute('data-task'));
    if (!way || !task || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    if (!event.shiftKey) {
      walk(box.current, shown, task, way);
      return;
    }
    const to = mayMove ? stepped(shown, STATUS_ORDER, task, way) : undefined;
    if (!to) return;
    setSaid(`${task.key} moved ${to.status === task.status ? way : `to ${STATUSES[to.status].word}`}`);
    void move(task, to.status, to.place, backTo(shown, task));
  }

  return { onKeyDown, said };
}

function focus(board: Element | null, taskId: string): void {
  const link = board?.querySelector<HTMLElement>(`[data-task="${taskId}"] a`);
  if (!link || link === document.activeElement) return;
  link.focus({ focusVisible: true } as FocusOptions);
  link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function walk(board: Element | null, shown: Columns, task: Task, way: (typeof WAYS)[keyof typeof WAYS]): void {
  const column = shown[task.status];
  const at = column.indexOf(task);
  if (way === 'up' || way === 'down') {
    const next = column[at + (way === 'down' ? 1 : -1)];
    if (next) focus(board, next.id);
    return;
  }
  const order = way === 'right' ? STATUS_ORDER : STATUS_ORDER.toReversed();
  const next = order.slice(order.indexOf(task.status) + 1).find((status) => shown[status].length > 0);
  const there = next && (shown[next][at] ?? shown[next].at(-1));
  if (there) focus(board, there.id);
}
