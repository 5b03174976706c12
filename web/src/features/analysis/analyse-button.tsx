import { useRouter } from '@tanstack/react-router';
import { createAnalysisMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { sayFailed } from '@/lib/toasts';

type AnalyseButtonProps = {
  projectId: string;
  label?: string;
  look?: 'ink' | 'line';
  /** The snapshot to analyse; the newest where none is named. */
  snapshotId?: string | undefined;
  /** Run again even where the same source has a result. */
  fresh?: boolean;
};

/** Starts an analysis and leads to it, to watch. */
export function AnalyseButton({ projectId, label = 'Analyse', look = 'ink', snapshotId, fresh }: AnalyseButtonProps) {
  const router = useRouter();
  const start = useAction(createAnalysisMutation(), {
    onSuccess: async ({ data }) => {
      void stale('listJobs', 'listProjectJobs', 'listAnalyses');
      await router.navigate({ to: '/runs/$jobId', params: { jobId: data.id } });
    },
    onError: (error) => void sayFailed('Not started', error),
  });
  return (
    <Button
      look={look}
      busy={start.isPending && 'Starting…'}
      onClick={() =>
        start.mutate({
          path: { project_id: projectId },
          body: { ...(snapshotId ? { snapshot_id: snapshotId } : {}), ...(fresh ? { fresh } : {}) },
        })
      }
    >
      {label}
    </Button>
  );
}
