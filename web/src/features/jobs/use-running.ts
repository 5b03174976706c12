import { useQuery } from '@tanstack/react-query';
import { listJobsOptions } from '@/api/gen/@tanstack/react-query.gen';

const RUNNING = listJobsOptions({ query: { status: 'running', page_size: 1 } });

/** How many runs of one's own are under way; live events keep it right. */
export function useRunningCount(): number {
  return useQuery(RUNNING).data?.total ?? 0;
}
