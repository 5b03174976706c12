import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Live, type LiveEvent, type Socket } from './live';

class Wire implements Socket {
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  closed: number | undefined;
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close(code?: number) {
    this.closed = code;
    this.readyState = 3;
  }
  accept(epoch = 'e1') {
    this.readyState = 1;
    this.onopen?.();
    this.say({ type: 'welcome', epoch });
  }
  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  event(topic: string, seq: number) {
    this.say({ type: 'event', topic, seq, name: 'job.log', at: '2026-01-01T00:00:00Z', data: {} });
  }
  cut(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

let wires: Wire[];
let live: Live;
const last = () => wires.at(-1) as Wire;

beforeEach(() => {
  vi.useFakeTimers();
  wires = [];
  live = new Live(
    () => {
      wires.push(new Wire());
      return last();
    },
    () => 1,
  );
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

function listen(topic: string, after?: number) {
  const seen: number[] = [];
  const reset = vi.fn();
  const end = live.on(topic, {
    ...(after === undefined ? {} : { after }),
    onEvent: (event: LiveEvent) => seen.push(event.seq),
    onReset: reset,
  });
  return { seen, reset, end };
}

describe('a connection', () => {
  it('says what it is: reconnecting, live, offline, off', () => {
    const states: string[] = [];
    live.watch(() => states.push(live.state));
    live.start();
    last().accept();
    last().cut();
    live.stop();
    expect(states).toEqual(['reconnecting', 'live', 'reconnecting', 'off']);
  });

  it('waits twice as long after each failure, up to half a minute', () => {
    live.start();
    const waits: number[] = [];
    for (let n = 0; n < 9; n += 1) {
      last().cut();
      const before = wires.length;
      let waited = 0;
      while (wires.length === before) {
        vi.advanceTimersByTime(500);
        waited += 500;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    expect(live.state).toBe('offline');
  });

  it('starts with the shortest wait again after a good connection', () => {
    live.start();
    for (let n = 0; n < 3; n += 1) {
      last().cut();
      vi.advanceTimersByTime(30_000);
    }
    last().accept();
    vi.advanceTimersByTime(6_000);
    last().cut();
    vi.advanceTimersByTime(500);
    expect(wires).toHaveLength(5);
  });

  it('does not wait when the network comes back', () => {
    live.start();
    for (let n = 0; n < 6; n += 1) {
      last().cut();
      vi.advanceTimersByTime(30_000);
    }
    last().cut();
    const before = wires.length;
    dispatchEvent(new Event('online'));
    expect(wires).toHaveLength(before + 1);
  });

  it('pings, and gives up a socket that has gone silent', () => {
    live.start();
    const first = last();
    first.accept();
    vi.advanceTimersByTime(20_000);
    expect(first.sent.at(-1)).toEqual({ type: 'ping' });
    vi.advanceTimersByTime(40_000);
    expect(first.readyState).toBe(3);
    expect(live.state).toBe('reconnecting');
  });

  it('does not come back when the session is gone', () => {
    const gone = vi.fn();
    live.onGone = gone;
    live.start();
    last().accept();
    last().cut(4401);
    vi.advanceTimersByTime(120_000);
    expect(wires).toHaveLength(1);
    expect(gone).toHaveBeenCalledOnce();
  });

  it('has its session looked at when the handshake keeps failing', () => {
    const doubt = vi.fn();
    live.onDoubt = doubt;
    live.start();
    for (let n = 0; n < 8; n += 1) {
      last().cut();
      vi.advanceTimersByTime(30_000);
    }
    expect(doubt).toHaveBeenCalledOnce();
  });

  it('that is stopped before it is open is closed when it is', () => {
    live.start();
    live.stop();
    expect(last().closed).toBeUndefined();
    last().accept();
    expect(last().closed).toBe(1000);
    expect(live.state).toBe('off');
  });

  it('ignores what a socket says after it was given up', () => {
    live.start();
    const first = last();
    first.accept();
    const { seen } = listen('job:1', 0);
    first.cut();
    first.event('job:1', 1);
    expect(seen).toEqual([]);
  });
});

describe('a topic', () => {
  it('is subscribed to with what is known, at once or as soon as the socket is there', () => {
    listen('job:1', 7);
    live.start();
    last().accept();
    listen('user');
    expect(last().sent).toEqual([
      { type: 'subscribe', topic: 'job:1', after: 7 },
      { type: 'subscribe', topic: 'user' },
    ]);
  });

  it('goes on after the last number seen when the socket comes back, and drops repeats', () => {
    live.start();
    last().accept();
    const { seen } = listen('job:1', 0);
    last().event('job:1', 1);
    last().event('job:1', 2);
    last().cut();
    vi.advanceTimersByTime(1000);
    last().accept();
    expect(last().sent).toEqual([{ type: 'subscribe', topic: 'job:1', after: 2 }]);
    for (const seq of [1, 2, 3]) last().event('job:1', seq);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('learns from the server where it starts', () => {
    live.start();
    last().accept();
    listen('user');
    last().say({ type: 'subscribed', topic: 'user', seq: 41 });
    last().cut();
    vi.advanceTimersByTime(1000);
    last().accept();
    expect(last().sent).toEqual([{ type: 'subscribe', topic: 'user', after: 41 }]);
  });

  it('is fetched again when the server has lost its history, once it is followed anew', () => {
    live.start();
    last().accept('e1');
    const { reset } = listen('job:1', 0);
    last().event('job:1', 5);
    last().cut();
    vi.advanceTimersByTime(1000);
    last().accept('e2');
    expect(last().sent).toEqual([{ type: 'subscribe', topic: 'job:1' }]);
    expect(reset).not.toHaveBeenCalled();
    last().say({ type: 'subscribed', topic: 'job:1', seq: 2 });
    expect(reset).toHaveBeenCalledOnce();
  });

  it('is fetched again when the server says so', () => {
    live.start();
    last().accept();
    const { reset, seen } = listen('project:1', 9);
    last().say({ type: 'reset', topic: 'project:1' });
    last().say({ type: 'subscribed', topic: 'project:1', seq: 2 });
    last().event('project:1', 3);
    expect(reset).toHaveBeenCalledOnce();
    expect(seen).toEqual([3]);
  });

  it('is fetched again when it stands, by a listener that cannot say where it was; by no other', () => {
    live.start();
    last().accept();
    const lost = listen('project:1');
    const found = listen('project:1', 4);
    expect(last().sent.at(-1)).toEqual({ type: 'subscribe', topic: 'project:1', after: 4 });
    last().say({ type: 'subscribed', topic: 'project:1', seq: 4 });
    last().event('project:1', 5);
    expect(lost.reset).toHaveBeenCalledOnce();
    expect(found.reset).not.toHaveBeenCalled();
    expect([lost.seen, found.seen]).toEqual([[5], [5]]);
  });

  it('is asked for again by a newcomer that has less than others or nothing, not by one that has as much', () => {
    live.start();
    last().accept();
    listen('project:1', 4);
    last().sent = [];
    listen('project:1', 6);
    expect(last().sent).toEqual([]);
    listen('project:1', 3);
    listen('project:1');
    expect(last().sent).toEqual([
      { type: 'subscribe', topic: 'project:1', after: 3 },
      { type: 'subscribe', topic: 'project:1', after: 3 },
    ]);
  });

  it('replays for a newcomer without repeating for the others', () => {
    live.start();
    last().accept();
    const early = listen('job:1', 0);
    last().event('job:1', 1);
    last().event('job:1', 2);
    const late = listen('job:1', 0);
    expect(last().sent.at(-1)).toEqual({ type: 'subscribe', topic: 'job:1', after: 0 });
    for (const seq of [1, 2, 3]) last().event('job:1', seq);
    expect(early.seen).toEqual([1, 2, 3]);
    expect(late.seen).toEqual([1, 2, 3]);
  });

  it('is asked for again when the server cannot have it now, and forgotten when it is not ours', () => {
    live.start();
    last().accept();
    listen('job:1', 4);
    listen('job:2', 0);
    last().say({ type: 'error', topic: 'job:1', code: 'SERVICE_UNAVAILABLE', message: '' });
    last().say({ type: 'error', topic: 'job:2', code: 'TOPIC_NOT_FOUND', message: '' });
    last().sent = [];
    vi.advanceTimersByTime(3000);
    expect(last().sent).toEqual([{ type: 'subscribe', topic: 'job:1', after: 4 }]);
  });

  it('is left when nobody listens any more', () => {
    live.start();
    last().accept();
    const one = listen('job:1', 0);
    const two = listen('job:1', 0);
    one.end();
    expect(last().sent.at(-1)).toEqual({ type: 'subscribe', topic: 'job:1', after: 0 });
    two.end();
    expect(last().sent.at(-1)).toEqual({ type: 'unsubscribe', topic: 'job:1' });
  });
});

describe('the position', () => {
  it("is what the first answer said, then what the stream of one's own says", () => {
    live.know(40);
    live.know(50);
    expect(live.position).toBe(40);
    live.start();
    last().accept();
    listen('user', 40);
    listen('project:1', 40);
    last().event('project:1', 90);
    expect(live.position).toBe(40);
    last().event('user', 60);
    expect(live.position).toBe(60);
  });

  it("moves with a pong once one's own topic stands, and never back", () => {
    live.start();
    last().accept();
    const user = listen('user', 40);
    live.know(40);
    last().say({ type: 'pong', seq: 70 });
    expect(live.position).toBe(40);
    last().say({ type: 'subscribed', topic: 'user', seq: 40 });
    last().say({ type: 'pong', seq: 70 });
    last().say({ type: 'pong' });
    last().event('user', 65);
    expect(live.position).toBe(70);
    expect(user.seen).toEqual([65]);
    user.end();
    last().say({ type: 'pong', seq: 80 });
    expect(live.position).toBe(70);
  });

  it('is not known after a reset until the topic is followed anew, nor after the end', () => {
    live.know(40);
    live.start();
    last().accept();
    listen('user', 40);
    last().say({ type: 'reset', topic: 'user' });
    expect(live.position).toBeUndefined();
    last().say({ type: 'subscribed', topic: 'user', seq: 99 });
    expect(live.position).toBe(99);
    live.stop();
    expect(live.position).toBeUndefined();
  });
});
