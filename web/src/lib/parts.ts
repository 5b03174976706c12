/** Sending a large file in parts: a lost connection, a pause or a reload costs at most the part under way. */
import { completeUpload, createUpload, getUpload, type PartRead, type UploadCreate, type UploadRead } from '@/api/gen';
import { Problem, problem } from './problem';
import { send, type Upload } from './upload';

/** What is smaller goes in one request. */
export const LARGE = 8 * 1024 * 1024;

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
/** How often the server may miss a part that it had. */
const ROUNDS = 3;

/** What a sender asks of the server. */
export type Server = {
  begin: (what: UploadCreate, key: string) => Promise<UploadRead>;
  look: (id: string) => Promise<UploadRead>;
  put: (id: string, number: number, part: Blob, digest: string | null, on: (sent: number) => void) => Upload<unknown>;
  finish: (id: string) => Promise<UploadRead>;
};

const HTTP: Server = {
  begin: async (body, key) => (await createUpload({ body, headers: { 'Idempotency-Key': key } })).data.data,
  look: async (id) => (await getUpload({ path: { upload_id: id } })).data.data,
  put: (id, number, part, digest, onProgress) =>
    send(
      {
        method: 'PUT',
        url: `/api/v1/files/uploads/${id}/parts/${number}`,
        body: part,
        headers: digest ? { 'Content-Digest': `sha-256=:${digest}:` } : {},
      },
      onProgress,
    ),
  finish: async (id) => (await completeUpload({ path: { upload_id: id } })).data.data,
};

export type Word = { step: 'checking' | 'sending' | 'waiting' | 'finishing'; sent: number };

export class PartsSender {
  upload: UploadRead | undefined;
  private readonly key = newKey();
  private readonly begun: boolean;
  private checked = false;
  private stopped = false;
  private running: Upload<unknown> | undefined;
  private wake: (() => void) | undefined;
  private here = 0;

  /** Sends `file`: as something new, or to go on with an upload that was begun. */
  constructor(
    private readonly file: File,
    private readonly what: UploadCreate | UploadRead,
    private readonly say: (word: Word) => void,
    private readonly server: Server = HTTP,
  ) {
    this.begun = 'id' in what;
    if ('id' in what) this.upload = what;
  }

  /** Sends what is missing and has it put together. Rejects with UPLOAD_PAUSED after `stop`; run it again to go on. */
  async run(): Promise<UploadRead> {
    this.stopped = false;
    await this.arrive();
    for (let round = 0; round < ROUNDS; round++) {
      await this.sendMissing();
      this.say({ step: 'finishing', sent: 1 });
      try {
        return await this.persist('finishing', () => this.server.finish(this.id));
      } catch (error) {
        if (problem(error).code !== 'UPLOAD_PARTS_MISSING') throw error;
        this.upload = await this.persist('waiting', () => this.server.look(this.id));
      }
    }
    throw new Problem(0, 'UPLOAD_LOST', 'The server keeps losing what is sent to it; its log says why.');
  }

  /** Breaks off. What is there stays there. */
  stop(): void {
    this.stopped = true;
    this.running?.cancel();
    this.wake?.();
  }

  private get id(): string {
    return this.upload?.id ?? '';
  }

  /** Announces the upload, or asks what is there of it and whether this is still the same file. */
  private async arrive(): Promise<void> {
    const { what } = this;
    if (!this.upload && !('id' in what)) {
      this.upload = await this.persist('waiting', () => this.server.begin(what, this.key));
      return;
    }
    this.say({ step: 'checking', sent: this.share(0) });
    this.upload = await this.persist('waiting', () => this.server.look(this.id));
    if (this.upload.state !== 'open' && this.upload.state !== 'completing') return;
    if (this.begun && !this.checked && !(await this.isSame(this.upload))) {
      throw new Problem(0, 'UPLOAD_OTHER_FILE', `This is not the ${this.upload.name} that was begun.`);
    }
    this.checked = true;
  }

  private async isSame({ size_bytes, modified_at, part_size_bytes, parts }: UploadRead): Promise<boolean> {
    if (this.file.size !== size_bytes) return false;
    // On plain http outside localhost there is no way to hash: then the time has to do.
    if (!canHash()) return modified_at === null || Date.parse(modified_at) === this.file.lastModified;
    for (const { number, sha256 } of parts) {
      if (this.stopped) throw paused();
      if (hex(await hash(this.slice(number, part_size_bytes))) !== sha256) return false;
    }
    return true;
  }

  private slice(number: number, size: number): Blob {
    return this.file.slice((number - 1) * size, number * size);
  }

  private async sendMissing(): Promise<void> {
    const { upload } = this;
    if (!upload || upload.state === 'completed') return;
    const there = new Map(upload.parts.map((part) => [part.number, part] as [number, PartRead]));
    this.here = upload.received_bytes;
    for (let number = 1; number <= upload.parts_expected; number++) {
      if (there.has(number)) continue;
      const part = this.slice(number, upload.part_size_bytes);
      const digest = canHash() ? base64(await hash(part)) : null;
      await this.persist('waiting', () => this.put(number, part, digest));
      this.here += part.size;
    }
  }

  private async put(number: number, part: Blob, digest: string | null): Promise<void> {
    this.say({ step: 'sending', sent: this.share(0) });
    this.running = this.server.put(this.id, number, part, digest, (sent) =>
      this.say({ step: 'sending', sent: this.share(sent * part.size) }),
    );
    try {
      await this.running.done;
    } finally {
      this.running = undefined;
    }
  }

  private share(more: number): number {
    return this.file.size ? Math.min(1, (this.here + more) / this.file.size) : 1;
  }

  /** Does it, again and again while what stands in the way may pass. */
  private async persist<T>(meanwhile: 'waiting' | 'finishing', work: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      if (this.stopped) throw paused();
      try {
        return await work();
      } catch (error) {
        const refused = problem(error);
        if (this.stopped) throw paused();
        if (!mayPass(refused)) throw refused;
        const busy = refused.code === 'UPLOAD_COMPLETING';
        this.say({ step: busy ? 'finishing' : meanwhile, sent: this.share(0) });
        await this.pause(waitFor(refused, tries));
      }
    }
  }

  /** Waits; shorter where the network or the person comes back. */
  private async pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      addEventListener('online', this.wake, { once: true });
    });
    if (this.wake) removeEventListener('online', this.wake);
    this.wake = undefined;
  }
}

const PASSING = new Set(['UPLOAD_COMPLETING', 'UPLOAD_INCOMPLETE', 'UPLOAD_PART_DAMAGED']);

function mayPass({ status, code }: Problem): boolean {
  return code === 'UNREACHABLE' || status === 408 || status === 429 || status >= 500 || PASSING.has(code);
}

function waitFor({ details }: Problem, tries: number): number {
  if (typeof details.retry_after === 'number') return details.retry_after * 1000;
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  return longest * (0.5 + Math.random() / 2);
}

function paused(): Problem {
  return new Problem(0, 'UPLOAD_PAUSED', 'The upload is paused.');
}

/** Browsers hash only on https and on localhost. */
function canHash(): boolean {
  return globalThis.crypto?.subtle !== undefined;
}

async function hash(part: Blob): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', await part.arrayBuffer()));
}

function hex(digest: Uint8Array): string {
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function base64(digest: Uint8Array): string {
  return btoa(String.fromCharCode(...digest));
}

/** For a request that may be repeated. */
export function newKey(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}
