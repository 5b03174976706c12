/** Jobs wherever they are in the query cache: in lists, and alone. */
import type { QueryClient } from '@tanstack/react-query';
import type { JobSummary } from '@/api/gen';
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

export function patchJobs(jobId: string, word: JobWord, client: QueryClient = queryClient): void {
  const is = (operations: string[]) => ({
    predicate: ({ queryKey: [head] }: { queryKey: readonly unknown[] }) =>
      operations.includes((head as { _id?: string } | undefined)?._id ?? ''),
  });
  client.setQueriesData<JobPage>(is(['listJobs', 'listProjectJobs']), (page) => {
    if (!page?.items?.some((job) => job.id === jobId)) return page;
    return { ...page, items: page.items.map((job) => (job.id === jobId ? afterWord(job, word) : job)) };
  });
  client.setQueriesData<JobItem>(is(['getJob']), (item) => {
    if (item?.data.id !== jobId) return item;
    const data = afterWord(item.data, word);
    return data === item.data ? item : { ...item, data };
  });
}
