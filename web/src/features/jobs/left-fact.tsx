import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { JobRead } from '@/api/gen';
import { listProjectJobsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Fact } from '@/components/facts';
import { took } from '@/lib/time';
import { leftWord, usual } from './usual';

const LOOKED_AT = 10;
/** What earlier runs took changes little while one looks on. */
const FRESH_FOR = 5 * 60_000;

/** How long a running job still takes, where the project has enough earlier ones of its kind to judge by. */
export function LeftFact({ job }: { job: JobRead }) {
  const { project_id: projectId, kind, status, started_at: startedAt } = job;
  const { data } = useQuery({
    ...listProjectJobsOptions({
      path: { project_id: projectId ?? '' },
      query: { kind, status: 'completed', page_size: LOOKED_AT },
    }),
    enabled: projectId !== null && status === 'running',
    staleTime: FRESH_FOR,
  });
  const basis = data && usual(data.items);
  if (status !== 'running' || !startedAt || !basis) return null;
  return (
    <Fact name="Left">
      <span data-tip={`The last ${basis.of} of its kind here took about ${took(basis.took)}`}>
        <Left usually={basis.took} from={Date.parse(startedAt)} />
      </span>
    </Fact>
  );
}

function Left({ usually, from }: { usually: number; from: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return leftWord(usually, now - from);
}
