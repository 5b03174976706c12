/** Where the tasks around one stand when they are drawn: who is waited for left of who waits. */
import type { TaskGraph } from '@/api/gen';

export type Node = TaskGraph['tasks'][number] & { layer: number; row: number };
export type Rest = { layer: number; row: number; count: number };
type Edge = { from: Node; to: Node };
export type Layout = { nodes: Node[]; edges: Edge[]; rests: Rest[]; layers: number; rows: number };

/** How many of a layer are shown before it is unfolded. */
const FOLD = 4;

/** Lays out a graph. Of a layer with many only some are shown, the nearest, unless `unfolded`; `centre` always is. */
export function layOut({ tasks, dependencies }: TaskGraph, centre: string, unfolded: boolean): Layout {
  const layerOf = layersOf(tasks, dependencies);
  const layers: (typeof tasks)[] = [];
  // They come the nearest first, and stay so within their layer.
  for (const task of tasks) {
    const layer = layerOf.get(task.id) ?? 0;
    layers[layer] ??= [];
    layers[layer].push(task);
  }
  const nodes = new Map<string, Node>();
  const rests: Rest[] = [];
  let rows = 1;
  for (const [layer, members = []] of layers.entries()) {
    const whole = unfolded || members.length <= FOLD + 1;
    const first = members.filter((task) => task.id === centre);
    const shown = whole ? members : [...first, ...members.filter((task) => task.id !== centre)].slice(0, FOLD);
    for (const [row, task] of shown.entries()) nodes.set(task.id, { ...task, layer, row });
    if (!whole) rests.push({ layer, row: shown.length, count: members.length - shown.length });
    rows = Math.max(rows, shown.length + (whole ? 0 : 1));
  }
  const edges = dependencies.flatMap(({ task_id, depends_on_id }) => {
    const [from, to] = [nodes.get(depends_on_id), nodes.get(task_id)];
    return from && to ? [{ from, to }] : [];
  });
  return { nodes: [...nodes.values()], edges, rests, layers: layers.length, rows };
}

/** Each task one layer right of the last it waits for. The server lets no cycle in. */
function layersOf(tasks: TaskGraph['tasks'], dependencies: TaskGraph['dependencies']): Map<string, number> {
  const needs = new Map<string, string[]>(tasks.map(({ id }) => [id, []]));
  for (const { task_id, depends_on_id } of dependencies) needs.get(task_id)?.push(depends_on_id);
  const known = new Map<string, number>();
  const layerOf = (id: string): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    known.set(id, 0);
    const layer = Math.max(-1, ...(needs.get(id) ?? []).map(layerOf)) + 1;
    known.set(id, layer);
    return layer;
  };
  for (const { id } of tasks) layerOf(id);
  return known;
}
