/** Jobs wherever they are in the query cache: in lists, and alone. */
import type { QueryClient } from '@tanstack/react-query';
import type { JobRead, JobSummary, StepRead } from '@/api/gen';
import { queryClient } from './client';

/** The last word on a job; `seq` is the number of the event that said it. */
export type JobWord = { seq: number; status?: unknown; progress?: unknown; current_step?: unknown };

type JobPage = { items: JobSummary[] };
type JobItem = { data: JobSummary };

const STATUSES = new Set<unknown>(['waiting', 'queued', 'running', 'completed', 'failed', 'cancelled']);

/** A job after a word on it. An older word changes nothing; within a status progress never falls. */
export function afterWord<J extends JobSummary>(job: J, word: JobWord): J {
  if (!(word.seq > job.version)) return job;
  const status = STATUSES.has(word.status) ? (word.status as JobSummary['status']) : job.status;
  const told = typeof word.progress === 'number' ? word.progress : job.progress;
  return {
    ...job,
    version: word.seq,
    status,
    progress: status === job.status ? Math.max(told, job.progress) : told,
    current_step: typeof word.current_step === 'string' ? word.current_step : job.current_step,
  };
}

type StepWord = { name: string; title: string; status: StepRead['status']; at: string };

export function isStepWord(data: Record<string, unknown>): data is Omit<StepWord, 'at'> {
  return typeof data.name === 'string' && typeof data.title === 'string' && typeof data.status === 'string';
}

/** The steps after a word on one of them. */
export function afterStep(steps: readonly StepRead[], { name, title, status, at }: StepWord): StepRead[] {
  const old = steps.find((step) => step.name === name);
  const begun: StepRead = { name, title, status, started_at: at, seconds: null };
  if (!old) return [...steps, begun];
  const took = (Date.parse(at) - Date.parse(old.started_at)) / 1000;
  const now = status === 'running' ? begun : { ...old, status, seconds: Math.max(0, took) };
  return steps.map((step) => (step.name === name ? now : step));
}

/** A step began or ended: the job's page shows it at once. */
export function patchStep(jobId: string, seq: number, word: StepWord, client: QueryClient = queryClient): void {
  client.setQueriesData<{ data: JobRead }>({ predicate: isOf(['getJob']) }, (item) => {
    if (item?.data.id !== jobId || seq <= item.data.version) return item;
    return { ...item, data: { ...item.data, steps: afterStep(item.data.steps, word) } };
  });
}

function isOf(operations: string[]) {
  return ({ queryKey: [head] }: { queryKey: readonly unknown[] }) =>
    operations.includes((head as { _id?: string } | undefined)?._id ?? '');
}

export function patchJobs(jobId: string, word: JobWord, client: QueryClient = queryClient): void {
  client.setQueriesData<JobPage>({ predicate: isOf(['listJobs', 'listProjectJobs', 'listAllJobs']) }, (page) => {
    if (!page?.items?.some((job) => job.id === jobId)) return page;
    return { ...page, items: page.items.map((job) => (job.id === jobId ? afterWord(job, word) : job)) };
  });
  client.setQueriesData<JobItem>({ predicate: isOf(['getJob']) }, (item) => {
    if (item?.data.id !== jobId) return item;
    const data = afterWord(item.data, word);
    return data === item.data ? item : { ...item, data };
  });
}
