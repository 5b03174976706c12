/** Line permalinks: `#L40`, or `#L40-L60` for a range. */
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

export type Range = { from: number; to: number };

export function readRange(hash: string): Range | null {
  const found = /^#?L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash);
  if (!found) return null;
  const [one, other] = [Number(found[1]), Number(found[2] ?? found[1])];
  return one < 1 || other < 1 ? null : { from: Math.min(one, other), to: Math.max(one, other) };
}

export function writeRange({ from, to }: Range): string {
  return from === to ? `L${from}` : `L${from}-L${to}`;
}

/** The lines the address points at, and how to point at others; with `extend` from the first to this one. */
export function useLineRange(): [Range | null, (line: number, extend?: boolean) => void] {
  const { hash } = useLocation();
  const navigate = useNavigate();
  const range = useMemo(() => readRange(hash), [hash]);
  const point = useCallback(
    (line: number, extend = false) => {
      const from = extend && range ? range.from : line;
      const next = { from: Math.min(from, line), to: Math.max(from, line) };
      void navigate({
        to: '.',
        search: true,
        hash: writeRange(next),
        replace: true,
        resetScroll: false,
        hashScrollIntoView: false,
      });
    },
    [navigate, range],
  );
  return [range, point];
}
