/** Asks again for answers that events made stale: soon after the first, then at most once a second. */
export class Refetcher {
  private readonly wanted = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly refetch: (operations: string[]) => void,
    private readonly soon = 60,
    private readonly every = 1000,
  ) {}

  want(...operations: string[]): void {
    for (const operation of operations) this.wanted.add(operation);
    if (this.wanted.size === 0) return;
    this.timer ??= setTimeout(() => this.flush(), Math.max(this.soon, this.last + this.every - Date.now()));
  }

  /** Asks at once: what was heard is an end, which nobody should wait a second to see. */
  hurry(...operations: string[]): void {
    for (const operation of operations) this.wanted.add(operation);
    this.flush();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.last = Date.now();
    const now = [...this.wanted];
    this.wanted.clear();
    this.refetch(now);
  }
}
