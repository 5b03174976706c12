import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { TaskRead } from '@/api/gen';
import { getTaskGraphOptions } from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { pathOf } from './change';
import { layOut, type Node } from './graph-layout';
import { StatusIcon } from './task-chips';
import { isClosed, STATUSES } from './words';

const WIDTH = 148;
const HEIGHT = 42;
const GAP_X = 34;
const GAP_Y = 14;
/** Room for the outline of the focus, and for lines below the last row. */
const EDGE = 4;

type Place = { layer: number; row: number };
const left = ({ layer }: Place) => EDGE + layer * (WIDTH + GAP_X);
const top = ({ row }: Place) => EDGE + row * (HEIGHT + GAP_Y);
const place = (at: Place) => ({ left: left(at), top: top(at), width: WIDTH, height: HEIGHT });

/** What a task waits for at its left, what waits for it at its right, some steps far; lines that still hold up stand out. */
export function Graph({ task }: { task: TaskRead }) {
  const [unfolded, setUnfolded] = useState(false);
  const read = useQuery({
    ...getTaskGraphOptions({ path: pathOf(task) }),
    enabled: task.depends_on.length + task.blocks.length > 0,
  });
  const graph = read.data?.data;
  const layout = useMemo(() => graph && layOut(graph, task.id, unfolded), [graph, task.id, unfolded]);
  const box = useRef<HTMLDivElement>(null);
  const centre = layout?.nodes.find(({ id }) => id === task.id);
  const middle = centre && left(centre) + WIDTH / 2;
  useLayoutEffect(() => {
    if (box.current && middle) box.current.scrollLeft = middle - box.current.clientWidth / 2;
  }, [middle]);
  if (read.isError && !graph) return <NotRead what="The graph of what hangs together" of={read} />;
  // Of two the lists below say as much.
  if (!layout || layout.nodes.length + layout.rests.length < 3) return null;
  const width = 2 * EDGE + layout.layers * (WIDTH + GAP_X) - GAP_X;
  const height = 2 * EDGE + layout.rows * (HEIGHT + GAP_Y) - GAP_Y / 2;
  return (
    <div>
      <div ref={box} className="overflow-x-auto overscroll-x-contain rounded-card border border-line bg-panel p-2">
        <nav aria-label="What hangs together with it" className="relative mx-auto" style={{ width, height }}>
          <svg aria-hidden="true" width={width} height={height} className="absolute inset-0 fill-none">
            {layout.edges.map(({ from, to }) => (
              <path
                key={`${from.id} ${to.id}`}
                d={line(from, to)}
                strokeWidth={1.5}
                className={isClosed(from.status) || isClosed(to.status) ? 'stroke-edge' : 'stroke-wait'}
              />
            ))}
          </svg>
          {layout.nodes.map((node) => (
            <Box key={node.id} node={node} projectId={task.project_id} here={node.id === task.id} />
          ))}
          {layout.rests.map((rest) => (
            <button
              key={rest.layer}
              type="button"
              onClick={() => setUnfolded(true)}
              style={place(rest)}
              className="absolute rounded-ctl border border-edge border-dashed text-mute text-xs hover:border-faint hover:text-fg"
            >
              {rest.count} more
            </button>
          ))}
        </nav>
      </div>
      {graph?.cut && <p className="pt-1 text-mute text-xs">There are more, farther away. These are the nearest.</p>}
    </div>
  );
}

type BoxProps = { node: Node; projectId: string; here: boolean };

function Box({ node, projectId, here }: BoxProps) {
  const { word } = STATUSES[node.status];
  return (
    <Link
      to="/projects/$projectId/tasks/$taskId"
      params={{ projectId, taskId: node.id }}
      aria-current={here ? 'true' : undefined}
      title={node.title}
      style={place(node)}
      className={clsx(
        'absolute flex flex-col justify-center gap-0.5 rounded-ctl border px-2 leading-tight',
        here ? 'border-ink bg-raise' : 'border-line bg-bg hover:border-faint',
      )}
    >
      <span className="flex items-center gap-1 text-2xs text-mute">
        <StatusIcon status={node.status} className="size-3!" />
        <span className="font-mono">{node.key}</span>
        <span className="truncate">{word}</span>
      </span>
      <span className={clsx('truncate text-xs', isClosed(node.status) && 'text-mute')}>{node.title}</span>
    </Link>
  );
}

/** From the right side of what is waited for to the left side of who waits; past what stands between in a gap of rows. */
function line(from: Node, to: Node): string {
  const [x1, y1] = [left(from) + WIDTH, top(from) + HEIGHT / 2];
  const [x2, y2] = [left(to), top(to) + HEIGHT / 2];
  const half = GAP_X / 2;
  if (to.layer - from.layer < 2) return `M${x1} ${y1}C${x1 + half} ${y1} ${x2 - half} ${y2} ${x2} ${y2}`;
  const lane = top(from) + (to.row < from.row ? -GAP_Y / 2 : HEIGHT + GAP_Y / 2);
  const [x3, x4] = [x1 + GAP_X, x2 - GAP_X];
  return (
    `M${x1} ${y1}C${x1 + half} ${y1} ${x3 - half} ${lane} ${x3} ${lane}` +
    `H${x4}C${x4 + half} ${lane} ${x2 - half} ${y2} ${x2} ${y2}`
  );
}
