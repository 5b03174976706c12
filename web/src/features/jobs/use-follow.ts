import type { Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useRef, useState } from 'react';

/** Nearer to the end than this counts as being there. */
const NEAR = 32;

/**
 * Following that lets go: while one is at the end, new lines keep one there; scrolling up stops it at once, and coming
 * back to the end, or asking for it, begins again. `unseen` counts what came meanwhile.
 */
export function useFollow(rows: Virtualizer<HTMLElement, Element>, count: number, start: boolean) {
  const [following, setFollowing] = useState(start);
  const seen = useRef(0);
  const top = useRef(0);
  if (following) seen.current = count;

  useLayoutEffect(() => {
    if (following && count > 0) rows.scrollToIndex(count - 1, { align: 'end' });
  }, [following, count, rows]);

  const onScroll = useCallback((event: { currentTarget: HTMLElement }) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const isUp = scrollTop < top.current - 2;
    top.current = scrollTop;
    if (scrollHeight - scrollTop - clientHeight < NEAR) setFollowing(true);
    else if (isUp) setFollowing(false);
  }, []);

  const letGo = useCallback(() => setFollowing(false), []);
  const catchUp = useCallback(() => setFollowing(true), []);
  return { following, unseen: count - seen.current, onScroll, letGo, catchUp };
}
