import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import {
  attachClosestEdge,
  type Edge,
  extractClosestEdge,
} from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge';
import { clsx } from 'clsx';
import { Ellipsis } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import type { TaskSummary } from '@/api/gen';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { choose } from './chooser';
import { hasChips, TaskChips } from './task-chips';

type CardProps = { task: TaskSummary; mayMove: boolean; open: boolean };

/** A task on the board: it opens beside the board, and can be carried. */
export const Card = memo(function Card({ task, mayMove, open }: CardProps) {
  const box = useRef<HTMLLIElement>(null);
  const { edge, carried } = useCarrying(box, task.id, mayMove);
  return (
    <li
      ref={box}
      data-task={task.id}
      className={clsx(
        'group relative py-1 [contain-intrinsic-size:auto_5rem] [content-visibility:auto]',
        carried && 'opacity-40',
      )}
    >
      {edge && (
        <span
          aria-hidden="true"
          className={clsx('absolute inset-x-0 h-0.5 rounded-full bg-ink', edge === 'top' ? 'top-0' : 'bottom-0')}
        />
      )}
      <article
        className={clsx(
          'relative rounded-card border bg-panel px-2.5 pt-1.5 pb-2.5 transition-colors hover:border-faint',
          open ? 'border-ink' : 'border-line',
        )}
      >
        <header className="flex h-6 items-center justify-between">
          <span className="font-mono text-2xs text-faint">{task.key}</span>
          {mayMove && (
            <Button
              look="quiet"
              size="sm"
              icon={<Ellipsis />}
              aria-label={`What to do with ${task.key}`}
              aria-haspopup="menu"
              onClick={(event) => choose({ tasks: [task], part: 'menu', anchor: event.currentTarget })}
              className="z-1 -mr-1.5 opacity-0 focus-visible:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
            />
          )}
        </header>
        {/* Hundreds of the router's links would each be asked about every address; the board hears their clicks. */}
        <a
          href={`/app/projects/${task.project_id}/tasks/${task.id}`}
          draggable={false}
          data-row-link
          className="line-clamp-3 font-[520] [overflow-wrap:anywhere] outline-none after:absolute after:inset-0 after:rounded-card focus-visible:after:outline-2 focus-visible:after:outline-ink"
        >
          {task.title}
        </a>
        {(hasChips(task) || task.assignee) && (
          <div className="mt-2 flex items-end gap-1">
            <div className="flex min-w-0 flex-1 flex-wrap gap-1">
              <TaskChips task={task} />
            </div>
            {task.assignee && (
              <span data-tip={task.assignee.name} className="relative flex">
                <Person id={task.assignee.id} name={task.assignee.name} size={20} />
                <span className="sr-only">Assigned to {task.assignee.name}</span>
              </span>
            )}
          </div>
        )}
      </article>
    </li>
  );
});

/** Makes a card one that can be carried, and one that others are put before or after. */
function useCarrying(box: React.RefObject<HTMLElement | null>, taskId: string, mayMove: boolean) {
  const [edge, setEdge] = useState<Edge | null>(null);
  const [carried, setCarried] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element || !mayMove) return;
    return combine(
      draggable({
        element,
        getInitialData: () => ({ taskId }),
        onDragStart: () => setCarried(true),
        onDrop: () => setCarried(false),
      }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => typeof source.data.taskId === 'string',
        getIsSticky: () => true,
        getData: ({ input }) => attachClosestEdge({ taskId }, { element, input, allowedEdges: ['top', 'bottom'] }),
        onDrag: ({ self, source }) => setEdge(source.data.taskId === taskId ? null : extractClosestEdge(self.data)),
        onDragLeave: () => setEdge(null),
        onDrop: () => setEdge(null),
      }),
    );
  }, [box, taskId, mayMove]);
  return { edge, carried };
}
