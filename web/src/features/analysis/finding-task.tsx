import { Link } from '@tanstack/react-router';
import { ListPlus } from 'lucide-react';
import type { AnalysisRead, FindingRead } from '@/api/gen';
import { makeFindingTaskMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { useProject } from '@/features/projects/use-project';
import { StatusIcon } from '@/features/tasks/task-chips';
import { STATUSES } from '@/features/tasks/words';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useWhyNotIn } from '@/lib/rights';
import { sayFailed } from '@/lib/toasts';

type FindingTaskProps = { finding: FindingRead; analysis: AnalysisRead };

/** The task a finding has, or the way to make it one. */
export function FindingTask({ finding, analysis }: FindingTaskProps) {
  const denied = useWhyNotIn(useProject(analysis.project_id), 'task:create');
  const make = useAction(makeFindingTaskMutation(), {
    onSuccess: () => stale('listFindings', 'listTasks', 'listMyTasks'),
    onError: (error) => void sayFailed('No task was made', error),
  });
  if (finding.task) return <TaskLink projectId={analysis.project_id} task={finding.task} />;
  if (finding.state === 'gone') return null;
  return (
    <div>
      <Button
        size="sm"
        icon={<ListPlus />}
        denied={denied}
        busy={make.isPending && 'Making…'}
        onClick={() =>
          make.mutate({
            path: {
              project_id: analysis.project_id,
              analysis_id: analysis.id,
              fingerprint: finding.fingerprint,
            },
          })
        }
      >
        Make it a task
      </Button>
    </div>
  );
}

type TaskLinkProps = { projectId: string; task: NonNullable<FindingRead['task']> };

function TaskLink({ projectId, task }: TaskLinkProps) {
  return (
    <Link
      to="/projects/$projectId/tasks/$taskId"
      params={{ projectId, taskId: task.id }}
      className="flex min-h-6 min-w-0 max-w-prose items-center gap-2 underline-offset-2 hover:underline"
    >
      <StatusIcon status={task.status} />
      <span className="sr-only">Its task, {STATUSES[task.status].word}: </span>
      <span className="shrink-0 font-mono text-mute text-xs">{task.key}</span>
      <span className="truncate">{task.title}</span>
    </Link>
  );
}
