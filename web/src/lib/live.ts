/**
 * One WebSocket per tab (`/api/v1/ws`, subprotocol `taskyard.v1`), shared by everything that wants to stay current.
 *
 * A topic (`job:<id>`, `project:<id>`, `user`) is subscribed to with the last number seen; after a break the server
 * replays what came since, or says `reset` when it no longer can. Numbers at or below the last seen are dropped, so
 * nothing is delivered twice.
 *
 * A page reads before it listens. So that nothing falls in between, a listener begins where its read began: at the
 * number that was known when it was asked for, and what happened since is replayed. One that knows no such number
 * reads again as soon as the server says that it listens.
 */

export type LiveEvent = { topic: string; seq: number; name: string; at: string; data: Record<string, unknown> };
export type LiveState = 'live' | 'reconnecting' | 'offline' | 'off';

export type Listener = {
  /** The last number this listener has. Without one it is told to read again when it begins. */
  after?: number | undefined;
  onEvent: (event: LiveEvent) => void;
  /** What was missed cannot be replayed: fetch the whole again. */
  onReset?: () => void;
};

/** The part of a WebSocket that is used, so that a test can bring its own. */
export type Socket = {
  readonly readyState: number;
  send: (text: string) => void;
  close: (code?: number) => void;
  onopen: (() => void) | null;
  onmessage: ((message: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
};

type Message =
  | { type: 'welcome'; epoch: string }
  | { type: 'subscribed'; topic: string; seq: number }
  | ({ type: 'event' } & LiveEvent)
  | { type: 'reset'; topic: string }
  | { type: 'pong'; seq?: number }
  | { type: 'error'; code: string; message: string; topic?: string };

const CONNECTING = 0;
const OPEN = 1;
const PING_EVERY = 20_000;
const SILENT_AFTER = 45_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** Tries without success before the shell says "Offline" instead of "Reconnecting". */
const PATIENCE = 4;
/** A connection that lived this long was a good one: the next break starts with the shortest wait again. */
const STABLE_AFTER = 5_000;
/** What the server says of a topic while its database is away, and how long to wait then. */
const AWAY = 'SERVICE_UNAVAILABLE';
const AWAY_FOR = 3_000;
export const SESSION_GONE = 4401;
/** What is followed for as long as somebody is signed in: how far it was told is how far the tab knows the world. */
export const OWN = 'user';

/** Who listens to a topic, each with the last number it has; undefined until the server has said where "now" is. */
type Listeners = Map<Listener, number | undefined>;

export class Live {
  state: LiveState = 'off';
  /** A number of the spine: what is asked for from now on holds everything up to it. Undefined: none is known. */
  position: number | undefined;
  /** Called when the session behind the socket has ended. */
  onGone: () => void = () => {};
  /** Called when the socket keeps failing: a refused handshake does not tell a browser why. */
  onDoubt: () => void = () => {};

  private socket: Socket | undefined;
  private epoch: string | undefined;
  /** Whether one's own topic was confirmed: only then is what the server says of "everything" about it too. */
  private stands = false;
  private tries = 0;
  private lastHeard = 0;
  /** When the server welcomed this socket; 0 while it has not. */
  private openedAt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;
  private readonly topics = new Map<string, Listeners>();
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly connect: () => Socket,
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    if (this.state !== 'off') return;
    addEventListener('online', this.wake);
    addEventListener('offline', this.notice);
    document.addEventListener('visibilitychange', this.wake);
    this.open();
  }

  stop(): void {
    removeEventListener('online', this.wake);
    removeEventListener('offline', this.notice);
    document.removeEventListener('visibilitychange', this.wake);
    this.drop(1000);
    this.openedAt = 0;
    this.epoch = undefined;
    this.position = undefined;
    this.set('off');
  }

  /** An answer said up to where it holds everything. Later on the stream itself says it. */
  know(position: number): void {
    this.position ??= position;
  }

  /** Listen to a topic. Returns what ends it. */
  on(name: string, listener: Listener): () => void {
    const listeners: Listeners = this.topics.get(name) ?? new Map();
    this.topics.set(name, listeners);
    const { after } = listener;
    const covered = [...listeners.values()].some((seq) => seq !== undefined && after !== undefined && seq <= after);
    listeners.set(listener, after);
    // A newcomer that has less than the others makes the server replay; the others drop what they had.
    if (!covered) this.subscribe(name, listeners);
    return () => this.off(name, listeners, listener);
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  private off(name: string, listeners: Listeners, listener: Listener): void {
    listeners.delete(listener);
    if (listeners.size > 0 || this.topics.get(name) !== listeners) return;
    this.topics.delete(name);
    if (name === OWN) this.stands = false;
    this.send({ type: 'unsubscribe', topic: name });
  }

  /** Asks for everything after the least that any listener has. */
  private subscribe(name: string, listeners: Listeners): void {
    if (name === OWN) this.stands = false;
    const known = [...listeners.values()].filter((seq) => seq !== undefined);
    this.send({ type: 'subscribe', topic: name, ...(known.length ? { after: Math.min(...known) } : {}) });
  }

  private open(): void {
    clearTimeout(this.retry);
    this.set(this.tries >= PATIENCE || !navigator.onLine ? 'offline' : 'reconnecting');
    const socket = this.connect();
    this.socket = socket;
    socket.onopen = () => {
      this.lastHeard = Date.now();
      this.beat = setInterval(() => this.checkPulse(), PING_EVERY);
    };
    socket.onmessage = (message) => this.socket === socket && this.hear(JSON.parse(message.data) as Message);
    socket.onclose = (event) => this.socket === socket && this.lost(event.code);
  }

  private hear(message: Message): void {
    this.lastHeard = Date.now();
    if (message.type === 'welcome') this.welcome(message.epoch);
    else if (message.type === 'event') this.deliver(message);
    else if (message.type === 'reset') this.reset(message.topic);
    else if (message.type === 'subscribed') this.anchor(message.topic, message.seq);
    else if (message.type === 'pong' && this.stands) this.position = Math.max(message.seq ?? 0, this.position ?? 0);
    else if (message.type === 'error' && message.topic) this.refused(message.topic, message.code);
  }

  /** A topic that is not ours is forgotten; one that cannot be had just now is asked for again. */
  private refused(name: string, code: string): void {
    const listeners = this.topics.get(name);
    if (!listeners) return;
    if (code !== AWAY) this.topics.delete(name);
    else setTimeout(() => this.topics.get(name) === listeners && this.subscribe(name, listeners), AWAY_FOR);
  }

  private welcome(epoch: string): void {
    const lostHistory = this.epoch !== undefined && this.epoch !== epoch;
    this.epoch = epoch;
    this.openedAt = Date.now();
    this.set('live');
    for (const [name, listeners] of this.topics) {
      if (lostHistory) this.reset(name);
      this.subscribe(name, listeners);
    }
  }

  /** The topic stands. Whoever did not say where it was before may have missed something, and reads again. */
  private anchor(name: string, seq: number): void {
    if (name === OWN) {
      this.position ??= seq;
      this.stands = true;
    }
    const listeners = this.topics.get(name);
    for (const [listener, last] of [...(listeners ?? [])]) {
      if (last !== undefined) continue;
      listeners?.set(listener, seq);
      listener.onReset?.();
    }
  }

  private deliver(event: LiveEvent): void {
    if (event.topic === OWN) this.position = Math.max(event.seq, this.position ?? 0);
    const listeners = this.topics.get(event.topic);
    for (const [listener, last] of [...(listeners ?? [])]) {
      if (last !== undefined && event.seq <= last) continue;
      listeners?.set(listener, event.seq);
      listener.onEvent(event);
    }
  }

  /** The numbers of a topic mean nothing any more. The server says next from where on it tells: then all read again. */
  private reset(name: string): void {
    if (name === OWN) this.position = undefined;
    const listeners = this.topics.get(name);
    for (const listener of listeners?.keys() ?? []) listeners?.set(listener, undefined);
  }

  private lost(code: number): void {
    this.drop();
    if (code === SESSION_GONE) {
      this.set('offline');
      this.onGone();
      return;
    }
    if (this.openedAt && Date.now() - this.openedAt > STABLE_AFTER) this.tries = 0;
    this.openedAt = 0;
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries);
    this.tries += 1;
    if (this.tries === PATIENCE) this.onDoubt();
    this.set(this.tries > PATIENCE || !navigator.onLine ? 'offline' : 'reconnecting');
    // Half fixed, half random: a thousand tabs that lost one server do not come back in one instant.
    this.retry = setTimeout(() => this.open(), longest * (0.5 + this.random() / 2));
  }

  private checkPulse(): void {
    if (Date.now() - this.lastHeard <= SILENT_AFTER) this.send({ type: 'ping' });
    else this.lost(1006);
  }

  private drop(code?: number): void {
    clearTimeout(this.retry);
    clearInterval(this.beat);
    const socket = this.socket;
    this.socket = undefined;
    if (!socket) return;
    // Browsers complain of a socket that is closed before it is open.
    if (socket.readyState === CONNECTING) socket.onopen = () => socket.close(code);
    else socket.close(code);
  }

  /** The network or the tab is back: a sleeping socket is checked, a lost one opened at once. */
  private readonly wake = (): void => {
    if (document.hidden || this.state === 'off') return;
    if (this.openedAt) {
      this.set('live');
      this.checkPulse();
    } else if (!this.socket) {
      this.tries = 0;
      this.open();
    }
  };

  private readonly notice = (): void => this.set('offline');

  private send(message: { type: string; topic?: string; after?: number }): void {
    if (this.socket?.readyState === OPEN && this.openedAt) this.socket.send(JSON.stringify(message));
  }

  private set(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }
}
