/** What this browser sends: one after the other, whatever page is open meanwhile. */
import { useSyncExternalStore } from 'react';
import { abortUpload, addAttachment, type FileRead, type SnapshotRead, type UploadRead } from '@/api/gen';
import { stale } from './client';
import { LARGE, newKey, PartsSender } from './parts';
import { type Problem, problem } from './problem';
import { say, sayFailed } from './toasts';
import { type Upload, upload } from './upload';

/** Where it goes: to a project's files, to a task of it, or to its source; and the account that sends it. */
export type Place = { projectId: string; purpose: 'file' | 'source'; taskId?: string | undefined; by: string };
export type Step = 'queued' | 'checking' | 'sending' | 'waiting' | 'finishing' | 'paused' | 'refused' | 'done';

export type Going = {
  id: number;
  place: Place;
  name: string;
  size: number;
  step: Step;
  /** 0 to 1. */
  sent: number;
  /** Whether it can be paused, and gone on with elsewhere. */
  inParts: boolean;
  /** What the server calls it, once it was announced. */
  uploadId?: string | undefined;
  error?: Problem | undefined;
  snapshot?: SnapshotRead | undefined;
};

type Entry = { file: File; key: string; begun: UploadRead | undefined; sender?: PartsSender; whole?: Upload<unknown> };

let list: readonly Going[] = [];
let last = 0;
let busy = false;
const entries = new Map<number, Entry>();
const watchers = new Set<() => void>();

function publish(next: readonly Going[]): void {
  list = next;
  for (const watcher of watchers) watcher();
  const risky = list.some(({ step, inParts }) => !inParts && (step === 'sending' || step === 'finishing'));
  if (risky) addEventListener('beforeunload', ask);
  else removeEventListener('beforeunload', ask);
}

/** Only what goes in one request is lost by leaving. */
function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

function change(id: number, to: Partial<Going>): void {
  publish(list.map((going) => (going.id === id ? { ...going, ...to } : going)));
}

/** Begins to send a file, or goes on with `begun`, which lies on the server in part. */
export function give(place: Place, file: File, begun?: UploadRead): void {
  const id = ++last;
  const inParts = begun !== undefined || file.size > LARGE;
  entries.set(id, { file, key: newKey(), begun });
  const sent = begun?.size_bytes ? begun.received_bytes / begun.size_bytes : 0;
  const going: Going = { id, place, name: file.name, size: file.size, step: 'queued', sent, inParts };
  publish([...list.filter((other) => !isOver(other, place)), begun ? { ...going, uploadId: begun.id } : going]);
  void next();
}

export function pause(id: number): void {
  const entry = entries.get(id);
  change(id, { step: 'paused' });
  entry?.sender?.stop();
}

export function resume(id: number): void {
  change(id, { step: 'queued', error: undefined });
  void next();
}

/** Ends an upload for good; what came of it is removed from the server. */
export async function cancel(id: number): Promise<void> {
  const entry = entries.get(id);
  const uploadId = entry?.sender?.upload?.id ?? entry?.begun?.id;
  remove(id);
  entry?.sender?.stop();
  entry?.whole?.cancel();
  if (uploadId) await discard(uploadId);
}

/** Removes what lies of an upload on the server. */
export async function discard(uploadId: string): Promise<void> {
  try {
    await abortUpload({ path: { upload_id: uploadId } });
  } catch (error) {
    void sayFailed('The upload was not ended', error);
  }
  await stale('listUploads', 'getStorage');
}

/** Takes what was refused out of the list. */
export function dismiss(id: number): void {
  remove(id);
}

/** Forgets what was done at a place; somebody has read of it. */
export function clear(place: Place): void {
  publish(list.filter((going) => !isOver(going, place)));
}

function isAt({ place }: Going, at: Place): boolean {
  const { projectId, purpose, taskId, by } = at;
  return place.projectId === projectId && place.purpose === purpose && place.taskId === taskId && place.by === by;
}

function isOver(going: Going, at: Place): boolean {
  return going.step === 'done' && isAt(going, at);
}

function remove(id: number): void {
  entries.delete(id);
  publish(list.filter((going) => going.id !== id));
}

/** Files that came and were not told of yet: those chosen together are told of together. */
let arrived: string[] = [];

function tellArrived(): void {
  const [name, ...others] = arrived;
  arrived = [];
  if (name) void say(others.length ? `${others.length + 1} files are here` : `${name} is here`);
}

async function next(): Promise<void> {
  if (busy) return;
  const going = list.find(({ step }) => step === 'queued');
  if (!going) {
    tellArrived();
    return;
  }
  busy = true;
  try {
    await run(going);
  } finally {
    busy = false;
    void next();
  }
}

async function run(going: Going): Promise<void> {
  const entry = entries.get(going.id);
  if (!entry) return;
  try {
    const done = await (going.inParts ? inParts(going, entry) : whole(going, entry));
    if (!entries.has(going.id)) return;
    if (going.place.purpose === 'file') {
      remove(going.id);
      arrived.push(going.name);
    } else {
      entries.delete(going.id);
      change(going.id, { step: 'done', sent: 1, snapshot: done ?? undefined });
    }
  } catch (error) {
    const refused = problem(error);
    if (!entries.has(going.id) || refused.code === 'UPLOAD_CANCELLED') return;
    if (refused.code !== 'UPLOAD_PAUSED') change(going.id, { step: 'refused', error: refused });
  } finally {
    void stale(...STALE[going.place.purpose], 'listUploads', 'getStorage');
  }
}

const STALE = { file: ['listFiles', 'listAttachments'], source: ['listSourceSnapshots'] };

async function inParts({ id, place }: Going, entry: Entry): Promise<SnapshotRead | null> {
  const { file, begun } = entry;
  entry.sender ??= new PartsSender(
    file,
    begun ?? {
      name: file.name,
      size_bytes: file.size,
      project_id: place.projectId,
      purpose: place.purpose,
      modified_at: new Date(file.lastModified).toISOString(),
    },
    ({ step, sent }) => {
      const uploadId = entry.sender?.upload?.id;
      if (uploadId && place.taskId) remember(uploadId, place.taskId);
      change(id, { step, sent, uploadId });
    },
  );
  const { snapshot, file: made } = await entry.sender.run();
  if (place.taskId && made) {
    const path = { project_id: place.projectId, task_id: place.taskId };
    await addAttachment({ path, body: { file_id: made.id } });
  }
  return snapshot;
}

/** The server knows of an upload which project it is for; which task, only the browser that began it. */
const FOR_TASKS = 'taskyard:uploads-for-tasks';
const REMEMBERED = 40;

function remembered(): [string, string][] {
  try {
    return JSON.parse(localStorage.getItem(FOR_TASKS) ?? '[]') as [string, string][];
  } catch {
    return [];
  }
}

function remember(uploadId: string, taskId: string): void {
  const known = remembered();
  if (known.some(([id]) => id === uploadId)) return;
  localStorage.setItem(FOR_TASKS, JSON.stringify([...known, [uploadId, taskId]].slice(-REMEMBERED)));
}

/** The task an upload was begun for here; undefined for one that is the project's alone. */
export function taskOf(uploadId: string): string | undefined {
  return remembered().find(([id]) => id === uploadId)?.[1];
}

function addressOf({ projectId, purpose, taskId }: Place): string {
  if (taskId) return `/api/v1/projects/${projectId}/tasks/${taskId}/attachments`;
  return purpose === 'source' ? `/api/v1/projects/${projectId}/source` : `/api/v1/files?project_id=${projectId}`;
}

async function whole({ id, place }: Going, entry: Entry): Promise<SnapshotRead | null> {
  // Sent once more after no answer came, the same file is not kept twice.
  const running = upload<{ data: FileRead | SnapshotRead }>(
    addressOf(place),
    entry.file,
    (sent) => change(id, { step: sent < 1 ? 'sending' : 'finishing', sent }),
    place.purpose === 'file' && !place.taskId ? { 'Idempotency-Key': entry.key } : {},
  );
  entry.whole = running;
  change(id, { step: 'sending' });
  const { data } = await running.done;
  return 'source_id' in data ? data : null;
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** What goes to a place, oldest first. */
export function useGoing(place: Place): Going[] {
  return useSyncExternalStore(watch, () => list).filter((going) => isAt(going, place));
}
