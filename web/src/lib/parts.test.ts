import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UploadCreate, UploadRead } from '@/api/gen';
import { PartsSender, type Server, type Word } from './parts';
import { Problem } from './problem';

const PART = 4;
const CONTENT = 'abcdefghij';

const unreachable = () => new Problem(0, 'UNREACHABLE', 'The server does not answer.');
const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** A server that keeps parts in memory and fails as it is told. */
class Yard implements Server {
  parts = new Map<number, string>();
  begun = 0;
  puts: number[] = [];
  digests: (string | null)[] = [];
  finishes = 0;
  state: UploadRead['state'] = 'open';
  failPut: (number: number) => Problem | undefined = () => undefined;
  failFinish: () => Problem | undefined = () => undefined;
  hold: Promise<void> | undefined;

  read(): UploadRead {
    const here = [...this.parts].map(([number, text]) => ({
      number,
      size_bytes: text.length,
      sha256: sha256(text).toString('hex'),
    }));
    return {
      id: 'u1',
      purpose: 'file',
      project_id: null,
      name: 'x.bin',
      size_bytes: CONTENT.length,
      sha256: null,
      modified_at: null,
      part_size_bytes: PART,
      parts_expected: Math.ceil(CONTENT.length / PART),
      parts: here,
      received_bytes: here.reduce((sum, part) => sum + part.size_bytes, 0),
      state: this.state,
      created_at: '',
      expires_at: '',
      file: null,
      snapshot: null,
      refusal: null,
    };
  }

  async begin(): Promise<UploadRead> {
    this.begun += 1;
    return this.read();
  }

  async look(): Promise<UploadRead> {
    return this.read();
  }

  put(_: string, number: number, part: Blob, digest: string | null) {
    let cancel = () => {};
    const cancelled = new Promise<never>((__, reject) => {
      cancel = () => reject(new Problem(0, 'UPLOAD_CANCELLED', 'cancelled'));
    });
    const work = async () => {
      this.puts.push(number);
      this.digests.push(digest);
      await this.hold;
      const failure = this.failPut(number);
      if (failure) throw failure;
      this.parts.set(number, await part.text());
    };
    return { done: Promise.race([work(), cancelled]), cancel };
  }

  async finish(): Promise<UploadRead> {
    this.finishes += 1;
    const failure = this.failFinish();
    if (failure) throw failure;
    this.state = 'completed';
    return this.read();
  }
}

const file = (content = CONTENT) => new File([content], 'x.bin', { lastModified: 1000 });
const what: UploadCreate = { name: 'x.bin', size_bytes: CONTENT.length };

describe('sending in parts', () => {
  let yard: Yard;
  let words: Word[];
  let hashing = 0;
  const sender = (from: UploadCreate | UploadRead = what, of = file()) =>
    new PartsSender(of, from, (word) => words.push(word), yard);

  beforeEach(() => {
    yard = new Yard();
    words = [];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const digest = crypto.subtle.digest.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, 'digest').mockImplementation((...given) => {
      hashing += 1;
      return digest(...given).finally(() => {
        hashing -= 1;
      });
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  /** Lets all waiting pass until the work is done. */
  async function through<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const watched = work.finally(() => {
      done = true;
    });
    watched.catch(() => {});
    while (!done) await pass(1000);
    return watched;
  }

  /** Lets time pass, and what hashes meanwhile come to its end. */
  async function pass(milliseconds: number): Promise<void> {
    await settle();
    await vi.advanceTimersByTimeAsync(milliseconds);
    await settle();
  }

  /** Waits until nothing is being hashed, which happens in threads and takes as long as the machine likes. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 20; quiet = hashing ? 0 : quiet + 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('sends every part once, each with its hash, and has them put together', async () => {
    const done = await through(sender().run());
    expect(done.state).toBe('completed');
    expect([...yard.parts.values()].join('')).toBe(CONTENT);
    expect(yard.puts).toEqual([1, 2, 3]);
    expect(yard.digests[0]).toBe(sha256('abcd').toString('base64'));
    expect(words.map(({ sent }) => sent)).toEqual([...words.map(({ sent }) => sent)].sort());
    expect(words.at(-1)).toEqual({ step: 'finishing', sent: 1 });
  });

  it('tries a part again while the connection is away', async () => {
    let failures = 5;
    yard.failPut = (number) => (number === 2 && failures-- > 0 ? unreachable() : undefined);
    await through(sender().run());
    expect(yard.puts).toEqual([1, 2, 2, 2, 2, 2, 2, 3]);
    expect(words).toContainEqual({ step: 'waiting', sent: 0.4 });
  });

  it('goes on at once when the network is back', async () => {
    let away = true;
    yard.failPut = () => (away ? unreachable() : undefined);
    const work = sender().run();
    for (let minute = 0; minute < 10; minute++) await pass(60_000);
    const before = yard.puts.length;
    away = false;
    dispatchEvent(new Event('online'));
    await pass(0);
    expect(yard.puts.length).toBeGreaterThan(before);
    await through(work);
  });

  it('waits as long as the server asks', async () => {
    let busy = true;
    yard.failPut = () => (busy ? new Problem(429, 'RATE_LIMIT_EXCEEDED', 'slowly', { retry_after: 7 }) : undefined);
    const work = sender().run();
    await pass(0);
    await pass(6900);
    expect(yard.puts).toEqual([1]);
    busy = false;
    await pass(200);
    expect(yard.puts[1]).toBe(1);
    await through(work);
  });

  it('gives up on what will not pass', async () => {
    yard.failPut = () => new Problem(410, 'UPLOAD_ENDED', 'It has ended.');
    await expect(through(sender().run())).rejects.toMatchObject({ code: 'UPLOAD_ENDED' });
    expect(yard.puts).toEqual([1]);
  });

  it('breaks off where it is told to, and goes on with what is missing', async () => {
    const mine = sender();
    yard.hold = new Promise(() => {});
    const work = mine.run();
    work.catch(() => {});
    await pass(10);
    mine.stop();
    await expect(work).rejects.toMatchObject({ code: 'UPLOAD_PAUSED' });
    yard.hold = undefined;
    await through(mine.run());
    expect(yard.begun).toBe(1);
    expect([...yard.parts.values()].join('')).toBe(CONTENT);
  });

  it('goes on with what was begun elsewhere, and sends only what is missing', async () => {
    yard.parts.set(1, 'abcd').set(3, 'ij');
    await through(sender(yard.read()).run());
    expect(yard.begun).toBe(0);
    expect(yard.puts).toEqual([2]);
    expect(words[0]?.step).toBe('checking');
  });

  it.each([
    ['of another size', 'abcd'],
    ['of the same size with another beginning', 'xbcdefghij'],
  ])('refuses a file %s', async (_, content) => {
    yard.parts.set(1, 'abcd');
    const work = through(sender(yard.read(), file(content)).run());
    await expect(work).rejects.toMatchObject({ code: 'UPLOAD_OTHER_FILE' });
    expect(yard.puts).toEqual([]);
  });

  it('sends again what the server lost', async () => {
    let lost = true;
    yard.failFinish = () => {
      if (!lost) return;
      lost = false;
      yard.parts.delete(2);
      return new Problem(409, 'UPLOAD_PARTS_MISSING', 'Part 2 is missing.', { missing: [2] });
    };
    await through(sender().run());
    expect(yard.puts).toEqual([1, 2, 3, 2]);
  });

  it('waits while the parts are put together already', async () => {
    let busy = 2;
    yard.failFinish = () =>
      busy-- > 0 ? new Problem(409, 'UPLOAD_COMPLETING', 'At it.', { retry_after: 2 }) : undefined;
    await through(sender().run());
    expect(yard.finishes).toBe(3);
    expect(words.some(({ step }) => step === 'waiting')).toBe(false);
  });

  it('asks for the end again when the answer was lost, and sends nothing twice', async () => {
    let lost = true;
    yard.failFinish = () => {
      if (!lost) return;
      lost = false;
      yard.state = 'completed';
      return unreachable();
    };
    expect((await through(sender().run())).state).toBe('completed');
    expect(yard.puts).toEqual([1, 2, 3]);
  });

  it('takes what was completed meanwhile for done', async () => {
    const begun = yard.read();
    yard.state = 'completed';
    await through(sender(begun).run());
    expect(yard.puts).toEqual([]);
  });
});
