import { useRouter } from '@tanstack/react-router';
import { SlidersHorizontal } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { AnalysisCreate } from '@/api/gen';
import { createAnalysisMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { useProject } from '@/features/projects/use-project';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useWhyNotIn } from '@/lib/rights';
import { sayFailed } from '@/lib/toasts';

const load = () => import('./analyse-dialog');
const AnalyseDialog = lazy(load);

type AnalyseButtonProps = {
  projectId: string;
  label?: string;
  look?: 'ink' | 'line';
  /** The snapshot to analyse; the newest where none is named. */
  snapshotId?: string | undefined;
  /** Run again even where the same source has a result. */
  fresh?: boolean;
};

/** Starts an analysis and leads to it, to watch: of everything, or of what one chooses. */
export function AnalyseButton({ projectId, label = 'Analyse', look = 'ink', snapshotId, fresh }: AnalyseButtonProps) {
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const denied = useWhyNotIn(useProject(projectId), 'analysis:create');
  const start = useAction(createAnalysisMutation(), {
    onSuccess: async ({ data }) => {
      void stale('listJobs', 'listProjectJobs', 'listAnalyses');
      await router.navigate({ to: '/runs/$jobId', params: { jobId: data.id } });
    },
    onError: (error) => void sayFailed('Not started', error),
  });
  const begin = (body: AnalysisCreate) =>
    start.mutate({
      path: { project_id: projectId },
      body: { ...(snapshotId ? { snapshot_id: snapshotId } : {}), ...body },
    });
  return (
    <span className="inline-flex">
      <Button
        look={look}
        className="rounded-r-none"
        denied={denied}
        busy={start.isPending && 'Starting…'}
        onClick={() => begin(fresh ? { fresh } : {})}
      >
        {label}
      </Button>
      <Button
        look={look}
        className={`rounded-l-none ${look === 'ink' ? 'border-l-on-ink/30' : 'border-l-0'}`}
        icon={<SlidersHorizontal />}
        aria-label="Choose what to look at"
        data-tip="Choose what to look at"
        denied={denied}
        onPointerEnter={() => void load()}
        onFocus={() => void load()}
        onClick={() => setAsking(true)}
      />
      <Suspense>
        {asking && <AnalyseDialog busy={start.isPending} onStart={begin} onClose={() => setAsking(false)} />}
      </Suspense>
    </span>
  );
}
