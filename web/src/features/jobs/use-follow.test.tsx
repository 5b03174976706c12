import { act, cleanup, render } from '@testing-library/react';
import { useRef } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useFollow } from './use-follow';

const SEEN = 100;
const LINE = 20;
let follow: ReturnType<typeof useFollow>;

function Lines({ count }: { count: number }) {
  const box = useRef<HTMLDivElement>(null);
  follow = useFollow(box, count, count * LINE, true);
  return <div ref={box} data-testid="box" />;
}

/** A box of 100 px that scrolls; the test environment lays nothing out. */
function open(count: number) {
  let top = 0;
  let lines = count;
  const { getByTestId, rerender } = render(<Lines count={0} />);
  const box = getByTestId('box');
  Object.defineProperties(box, {
    clientHeight: { get: () => SEEN },
    scrollHeight: { get: () => lines * LINE },
    scrollTop: { get: () => top, set: (to: number) => (top = Math.max(0, Math.min(to, lines * LINE - SEEN))) },
  });
  const grow = (to: number) => {
    lines = to;
    rerender(<Lines count={to} />);
  };
  grow(count);
  const scroll = (to: number) =>
    act(() => {
      box.scrollTop = to;
      box.dispatchEvent(new Event('scroll'));
    });
  return { box, grow, scroll, atEnd: () => top === lines * LINE - SEEN };
}

beforeEach(cleanup);
afterEach(cleanup);

describe('following', () => {
  it('stays at the end while lines come', () => {
    const log = open(10);
    expect(log.atEnd()).toBe(true);
    log.grow(500);
    expect(log.atEnd()).toBe(true);
    expect(follow.following).toBe(true);
  });

  it('lets go when a hand scrolls up, and counts what comes', () => {
    const log = open(50);
    log.scroll(900);
    log.box.dispatchEvent(new Event('wheel'));
    log.scroll(300);
    expect(follow.following).toBe(false);
    log.grow(57);
    expect(follow.unseen).toBe(7);
    expect(log.box.scrollTop).toBe(300);
  });

  it('is not shaken off by a scroll that no hand made', () => {
    const log = open(50);
    log.scroll(900);
    log.scroll(700);
    expect(follow.following).toBe(true);
  });

  it('begins again at the end, or when asked', () => {
    const log = open(50);
    log.scroll(900);
    log.box.dispatchEvent(new Event('wheel'));
    log.scroll(100);
    log.box.dispatchEvent(new Event('wheel'));
    log.scroll(890);
    expect(follow.following).toBe(true);
    log.box.dispatchEvent(new Event('wheel'));
    log.scroll(100);
    act(() => follow.catchUp());
    expect(log.atEnd()).toBe(true);
    expect(follow.unseen).toBe(0);
  });
});
