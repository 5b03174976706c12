/** A job's story as it is told: its log by line number, and what the last word on everything else is. */
import type { JobEventRead } from '@/api/gen';

export type Level = 'debug' | 'info' | 'warning' | 'error';
export type LogLine = { n: number; at: string; level: Level; text: string; attempt: number };

/** Colours and cursor moves of a terminal; a page has its own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const TERMINAL = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

type Told = Pick<JobEventRead, 'seq' | 'name' | 'data'> & { at?: string };

function isLine(value: unknown): value is Omit<LogLine, 'attempt'> {
  return typeof value === 'object' && value !== null && 'n' in value && 'text' in value;
}

export class Story {
  /** The number of the newest event heard. */
  seq = 0;
  /** Everything that was there when it was opened has been read. */
  caughtUp = false;
  lines: readonly LogLine[] = [];
  /** When the first attempt began: the log's times count from here, whatever was tried again. */
  began: string | undefined;
  /** How often it was tried: the attempt that is under way, or was the last. */
  attempt = 1;
  private readonly watchers = new Set<() => void>();
  private version = 0;
  private frame = 0;

  /** Takes events in order; what was heard before is dropped. */
  hear(events: readonly Told[]): void {
    const fresh = events.filter((event) => event.seq > this.seq);
    if (fresh.length === 0) return;
    this.seq = fresh.at(-1)?.seq ?? this.seq;
    this.began ??= fresh.find(({ name }) => name === 'job.started')?.at;
    const lines = fresh.flatMap(({ name, data }) => {
      if (name === 'job.started' && typeof data.attempt === 'number') this.attempt = data.attempt;
      return name === 'job.log' ? linesOf(data, this.attempt) : [];
    });
    if (lines.length > 0) this.lines = [...this.lines, ...lines];
    this.tell();
  }

  catchUp(): void {
    this.caughtUp = true;
    this.tell();
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Changes whenever something was heard; what is drawn follows it. */
  now = (): number => this.version;

  /** However fast lines come, the page is drawn once a frame. */
  private tell(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.version += 1;
      for (const watcher of this.watchers) watcher();
    });
  }
}

function linesOf(data: Record<string, unknown>, attempt: number): LogLine[] {
  const lines = Array.isArray(data.lines) ? data.lines.filter(isLine) : [];
  return lines.map((line) => ({ ...line, text: line.text.replace(TERMINAL, ''), attempt }));
}
