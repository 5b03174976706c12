import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { JobRead } from '@/api/gen';
import { getJobOptions, listProjectJobsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { isOver } from '@/features/jobs/status';
import { stale } from '@/lib/client';
import { useFollowJobs } from '@/lib/liveCache';

/** The run that fetches a repository for a project: one that was just asked for, or that is under way. */
export function useFetch(projectId: string) {
  const [followed, follow] = useState<string | null>(null);
  const { data: newest } = useQuery({
    ...listProjectJobsOptions({ path: { project_id: projectId }, query: { kind: 'source', page_size: 1 } }),
    enabled: followed === null,
  });
  const underWay = newest?.items.find((job) => !isOver(job.status))?.id;
  useEffect(() => {
    if (followed === null && underWay) follow(underWay);
  }, [followed, underWay]);

  const { data } = useQuery({
    ...getJobOptions({ path: { job_id: followed ?? '' } }),
    enabled: followed !== null,
  });
  const job: JobRead | undefined = followed === null ? undefined : data?.data;
  useFollowJobs(job ? [job] : []);
  const completed = job?.status === 'completed';
  useEffect(() => {
    // The same source again is an old snapshot that is the newest now, of which no event tells.
    if (completed) void stale('listSourceSnapshots');
  }, [completed]);
  return { job, follow, forget: () => follow(null) };
}
