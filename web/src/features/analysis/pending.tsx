import type { AnalysisRead } from '@/api/gen';
import { ButtonLink } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { Progress } from '@/components/ui/meter';
import { Notice } from '@/components/ui/notice';
import { useFollowJobs } from '@/lib/liveCache';

const WORDS: Record<string, [string, string]> = {
  waiting: ['It waits for its next try', 'The report will be here when it is done.'],
  queued: ['It waits for its turn', 'The report will be here when it is done.'],
  running: ['It is being made', 'Watch it, or come back: the report will be here when it is done.'],
  cancelled: ['It was cancelled', 'There is no report.'],
  failed: ['It failed', 'There is no report.'],
};

/** An analysis that has no report, or not yet. */
export function Pending({ analysis }: { analysis: AnalysisRead }) {
  useFollowJobs([analysis]);
  const [title, about] = WORDS[analysis.status] ?? ['There is no report', ''];
  const message = analysis.failure?.message;
  return (
    <Empty
      title={title}
      action={
        <ButtonLink look="ink" to="/runs/$jobId" params={{ jobId: analysis.id }}>
          {analysis.status === 'running' ? 'Watch it run' : 'Open the run'}
        </ButtonLink>
      }
    >
      {typeof message === 'string' ? <Notice tone="bad">{message}</Notice> : <p>{about}</p>}
      {analysis.status === 'running' && (
        <Progress value={analysis.progress} label="Progress" className="mt-3 w-72 rounded-full" />
      )}
    </Empty>
  );
}
