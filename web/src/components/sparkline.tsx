import { delta } from '@/lib/format';

type SparklineProps = { values: readonly number[]; label: string; width?: number; height?: number };

const PAD = 3;

/** The points of a line, left to right, on a scale that always holds at least one whole unit. */
export function points(values: readonly number[], width: number, height: number): [number, number][] {
  const low = Math.min(...values);
  const high = Math.max(...values, low + 1);
  const step = (width - 2 * PAD) / Math.max(1, values.length - 1);
  const scale = (height - 2 * PAD) / (high - low);
  return values.map((value, index) => [PAD + index * step, height - PAD - (value - low) * scale]);
}

/** How a number went, in the size of a word. */
export function Sparkline({ values, label, width = 92, height = 28 }: SparklineProps) {
  if (values.length < 2) return null;
  const path = points(values, width, height);
  const last = path.at(-1) ?? [0, 0];
  const change = (values.at(-1) ?? 0) - (values[0] ?? 0);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" className="shrink-0">
      <title>{`${label} over the last ${values.length} analyses: ${delta(change, 1)}`}</title>
      <polyline
        points={path.map((point) => point.map((n) => n.toFixed(1)).join(',')).join(' ')}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
        className="text-mute"
      />
      <circle cx={last[0]} cy={last[1]} r="2.5" className="fill-fg" />
    </svg>
  );
}
