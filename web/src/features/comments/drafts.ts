/** What somebody began to write: it survives a reload, in this tab, until it is sent or thrown away. */
import { problem } from '@/lib/problem';

const name = (key: string) => `taskyard:draft:${key}`;
const sentName = (key: string) => `taskyard:sent:${key}`;

export function draftOf(key: string): string {
  return read(name(key)) ?? '';
}

export function keepDraft(key: string, text: string): void {
  keep(name(key), text.trim() ? text : '');
}

/** What was sent and is not answered yet, with the key under which it is taken once however often it comes. */
type Sent = { body: string; key: string };

const going = new Set<string>();

function sentOf(draft: string): Sent | undefined {
  const kept = read(sentName(draft));
  return kept ? (JSON.parse(kept) as Sent) : undefined;
}

/** Whether a text may have arrived although nobody said so. */
export function isInDoubt(draft: string): boolean {
  return sentOf(draft) !== undefined;
}

/** What was on its way when its page was left. */
export function lostOf(draft: string): string | undefined {
  const sent = sentOf(draft);
  return sent && !going.has(sent.key) && !draftOf(draft) ? sent.body : undefined;
}

export function forgetSent(draft: string): void {
  keep(sentName(draft), '');
}

/**
 * Sends a text and remembers that until the answer is here: what is lost on the way, by leaving or by a broken line, is
 * sent again under the same key.
 */
export async function deliver(draft: string, body: string, send: (key: string) => Promise<void>): Promise<void> {
  const before = sentOf(draft);
  const sent = before?.body === body ? before : { body, key: crypto.randomUUID() };
  keep(sentName(draft), JSON.stringify(sent));
  going.add(sent.key);
  try {
    await patiently(() => send(sent.key));
    forgetSent(draft);
  } catch (error) {
    const { status } = problem(error);
    if (status >= 400 && status < 500) forgetSent(draft);
    throw error;
  } finally {
    going.delete(sent.key);
  }
}

const ASKS = 5;

/** Asks again for what the server is still at: it came before, from a page that was left. */
async function patiently(send: () => Promise<void>): Promise<void> {
  for (let asked = 1; ; asked += 1) {
    try {
      await send();
      return;
    } catch (error) {
      const { code, details } = problem(error);
      if (code !== 'IDEMPOTENCY_IN_PROGRESS' || asked === ASKS) throw error;
      await new Promise((resolve) => setTimeout(resolve, Number(details.retry_after ?? 1) * 1000));
    }
  }
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing still lets one write.
  }
}
