import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Nearer to the end than this counts as being there. */
const NEAR = 32;
/** A scroll this soon after a hand was on wheel, keys or screen is that hand's. */
const BY_HAND_WITHIN = 300;
const HANDS = ['wheel', 'touchmove', 'keydown', 'pointerdown', 'pointermove'] as const;

/**
 * Following that lets go: while one is at the end, new lines keep one there; scrolling up by hand stops it at once, and
 * coming back to the end, or asking for it, begins again. `unseen` counts what came meanwhile.
 *
 * Scrolls that no hand made are not heeded: the list corrects its place itself when lines turn out taller than thought.
 */
export function useFollow(box: RefObject<HTMLElement | null>, count: number, height: number, start: boolean) {
  const [following, setFollowing] = useState(start);
  const seen = useRef(0);
  const top = useRef(0);
  const touched = useRef(Number.NEGATIVE_INFINITY);
  if (following) seen.current = count;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the end moves with the lines and their height
  useLayoutEffect(() => {
    const element = box.current;
    if (following && element) element.scrollTop = element.scrollHeight;
  }, [following, count, height, box]);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const touch = (event: Event) => {
      // A pointer only counts while it is pressed, on the scroll bar for instance.
      if (event instanceof PointerEvent && event.buttons === 0) return;
      touched.current = event.timeStamp;
    };
    const scroll = (event: Event) => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      const isUp = scrollTop < top.current;
      top.current = scrollTop;
      if (scrollHeight - scrollTop - clientHeight < NEAR) setFollowing(true);
      else if (isUp && event.timeStamp - touched.current < BY_HAND_WITHIN) setFollowing(false);
    };
    for (const hand of HANDS) element.addEventListener(hand, touch, { passive: true });
    element.addEventListener('scroll', scroll, { passive: true });
    return () => {
      for (const hand of HANDS) element.removeEventListener(hand, touch);
      element.removeEventListener('scroll', scroll);
    };
  }, [box]);

  const letGo = useCallback(() => setFollowing(false), []);
  const catchUp = useCallback(() => setFollowing(true), []);
  return { following, unseen: count - seen.current, letGo, catchUp };
}
