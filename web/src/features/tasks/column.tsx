import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import { clsx } from 'clsx';
import { ChevronsRight } from 'lucide-react';
import { memo, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import type { TaskSummary } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { count } from '@/lib/format';
import { Card } from './card';
import { QuickAdd } from './quick-add';
import { StatusIcon } from './task-chips';
import { STATUSES, type Status } from './words';

type ColumnProps = {
  projectId: string;
  status: Status;
  tasks: readonly TaskSummary[];
  /** How many there are in all, of which `tasks` may be some. */
  total: number;
  mayMove: boolean;
  mayAdd: boolean;
  /** The task that is open beside the board. */
  open: string | undefined;
  /** Whether it is the one that a phone shows. */
  chosen: boolean;
  /** Whether it is drawn as a strip, which cards can still be dropped on. */
  folded?: boolean;
  onFold?: ((folded: boolean) => void) | undefined;
  /** What stands below the cards. */
  more?: ReactNode;
};

/** One status: its cards in their order, and a place to add one. */
export const Column = memo(function Column(props: ColumnProps) {
  const { projectId, status, tasks, total, mayMove, mayAdd, open, chosen, folded, onFold, more } = props;
  const box = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const over = useDrop(box, list, status, mayMove);
  return (
    <section
      ref={box}
      data-column={status}
      aria-label={STATUSES[status].word}
      className={clsx(
        'flex min-h-0 min-w-0 flex-col rounded-panel max-md:flex-1 md:shrink-0',
        folded ? 'md:w-10' : 'md:w-[13.25rem] md:max-w-80 md:grow',
        !chosen && 'max-md:hidden',
        over && 'bg-raise/70',
      )}
    >
      <h2 className={clsx('flex items-center gap-2 px-2 pt-2 pb-1.5 max-md:sr-only', folded && 'md:sr-only')}>
        <StatusIcon status={status} />
        {STATUSES[status].word}
        <span className="num font-normal text-mute">{count(total)}</span>
        {onFold && !folded && (
          <Button
            look="quiet"
            size="sm"
            icon={<ChevronsRight />}
            aria-label={`Fold ${STATUSES[status].word}`}
            className="-my-1 ml-auto"
            onClick={() => onFold(true)}
          />
        )}
      </h2>
      {folded && (
        <button
          type="button"
          aria-expanded="false"
          onClick={() => onFold?.(false)}
          className="mx-1 mb-2 flex flex-1 items-center gap-2 rounded-card bg-raise/50 px-1 py-3 text-mute [writing-mode:vertical-rl] hover:bg-raise hover:text-fg max-md:hidden"
        >
          <StatusIcon status={status} className="rotate-90" />
          {STATUSES[status].word}
          <span className="num">{count(total)}</span>
          <span className="sr-only">, unfold</span>
        </button>
      )}
      <div
        ref={list}
        className={clsx(
          'min-h-0 flex-1 overflow-y-auto px-1 [scrollbar-width:thin] max-md:px-4',
          folded && 'md:hidden',
        )}
      >
        {tasks.length > 0 && (
          <ul aria-label={STATUSES[status].word}>
            {tasks.map((task) => (
              <Card key={task.id} task={task} mayMove={mayMove} open={task.id === open} />
            ))}
          </ul>
        )}
        {!tasks.length && (
          <p className="my-1 rounded-card border border-edge border-dashed px-2.5 py-3 text-mute text-xs">
            {total ? 'None of these matches.' : HINTS[status]}
          </p>
        )}
        {more}
        {mayAdd && <QuickAdd projectId={projectId} status={status} />}
      </div>
    </section>
  );
});

/** What each column is for, told while it is empty. */
const HINTS: Record<Status, string> = {
  backlog: 'Ideas for later, in no hurry.',
  todo: 'What is next. Drag to put the first thing on top.',
  in_progress: 'What somebody is at right now.',
  in_review: 'Done, and waiting for a second look.',
  done: 'What is finished. The newest comes first.',
  cancelled: 'What will not be done after all.',
};

/** Takes cards, and scrolls while one is carried along its edge; says whether one is above it. */
function useDrop(
  box: RefObject<HTMLElement | null>,
  list: RefObject<HTMLElement | null>,
  status: Status,
  mayMove: boolean,
): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const element = box.current;
    const scrolled = list.current;
    if (!element || !scrolled || !mayMove) return;
    return combine(
      dropTargetForElements({
        element,
        canDrop: ({ source }) => typeof source.data.taskId === 'string',
        getData: () => ({ status }),
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: () => setOver(false),
      }),
      autoScrollForElements({ element: scrolled }),
    );
  }, [box, list, status, mayMove]);
  return over;
}
