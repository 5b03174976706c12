import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ellipsis } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import type { TaskRead } from '@/api/gen';
import { getTaskOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Button } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { Empty } from '@/components/ui/empty';
import { BoneRows } from '@/components/ui/skeleton';
import { Comments } from '@/features/comments/comments';
import { useProject } from '@/features/projects/use-project';
import { problem } from '@/lib/problem';
import { useWhyNotIn } from '@/lib/rights';
import { Activity } from './activity';
import { Attachments } from './attachments';
import { useApplied } from './change';
import { choose } from './chooser';
import { Description } from './description';
import { Evidence } from './evidence';
import { Dependencies, SubTasks } from './parts';
import { Properties } from './properties';
import { WaitingChip } from './task-chips';
import { TaskFinding } from './task-finding';
import { TaskRuns } from './task-runs';
import { Title } from './title';
import { useTaskKeys } from './use-task-keys';
import { WatchButton } from './watch-button';

type TaskViewProps = {
  projectId: string;
  taskId: string;
  /** Beside the list it is narrow, on a page of its own wide. */
  wide?: boolean;
  /** What stands in its bar. */
  actions?: ReactNode;
};

/** Everything of one task, each part changed where it is read. */
export function TaskView({ projectId, taskId, wide = false, actions }: TaskViewProps) {
  const path = { project_id: projectId, task_id: taskId };
  const { data, error, refetch } = useQuery(getTaskOptions({ path }));
  const project = useProject(projectId);
  const may = !useWhyNotIn(project, 'task:update');
  if (error && problem(error).status === 404) return <Gone projectId={projectId} actions={actions} />;
  if (error && !data) return <Broken error={problem(error)} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="The task is on its way" />;
  return <Whole key={taskId} task={data.data} may={may} wide={wide} actions={actions} />;
}

type WholeProps = { task: TaskRead; may: boolean; wide: boolean; actions: ReactNode };

function Whole({ task: kept, may, wide, actions }: WholeProps) {
  const [shown] = useApplied([kept]);
  const task = { ...kept, ...shown };
  const box = useRef<HTMLDivElement>(null);
  // Beside a board or list, the keys are theirs.
  useTaskKeys(box, [task], may && wide, task.id);
  return (
    <>
      <Bar>
        <span className="font-mono text-mute text-xs">{task.key}</span>
        <Copy text={task.key} what="key" />
        {shown?.waiting && <WaitingChip />}
        <div className="flex-1" />
        {may && (
          <Button
            look="quiet"
            size="sm"
            icon={<Ellipsis />}
            aria-label={`What to do with ${task.key}`}
            aria-haspopup="menu"
            onClick={(event) => choose({ tasks: [task], part: 'menu', anchor: event.currentTarget })}
          />
        )}
        <WatchButton task={task} />
        {actions}
      </Bar>
      <div ref={box} className="grid grid-cols-[minmax(0,1fr)] gap-5 px-4 py-4 md:px-[1.125rem]">
        <div className="max-w-3xl">
          <Title task={task} may={may} />
        </div>
        <div
          className={
            wide
              ? 'grid grid-cols-[minmax(0,1fr)] items-start gap-x-8 gap-y-5 lg:grid-cols-[minmax(0,48rem)_18rem]'
              : 'grid grid-cols-[minmax(0,1fr)] gap-5'
          }
        >
          <aside aria-label="Properties" data-task={wide ? task.id : undefined} className={wide ? 'lg:order-last' : ''}>
            <Properties task={task} may={may} />
          </aside>
          <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-5">
            <Description task={task} may={may} />
            <SubTasks task={task} may={may} />
            <Dependencies task={task} may={may} />
            <Attachments task={task} may={may} />
            <TaskFinding task={task} />
            <Evidence task={task} may={may} />
            <TaskRuns task={task} />
            <section aria-labelledby="talk" className="grid gap-2">
              <h3 id="talk">Comments</h3>
              <Comments thing={{ projectId: task.project_id, type: 'task', id: task.id }} />
            </section>
            <Activity task={task} />
          </div>
        </div>
      </div>
    </>
  );
}

function Bar({ children }: { children: ReactNode }) {
  return (
    <div className="flex h-11 shrink-0 items-center gap-1 border-line border-b pr-2 pl-4 md:pl-[1.125rem]">
      {children}
    </div>
  );
}

function Gone({ projectId, actions }: { projectId: string; actions: ReactNode }) {
  return (
    <>
      <Bar>
        <div className="flex-1" />
        {actions}
      </Bar>
      <Empty
        title="This task is no longer here"
        action={
          <Link to="/projects/$projectId/board" params={{ projectId }} className="underline underline-offset-2">
            Go to the board
          </Link>
        }
      >
        It was deleted, or it belongs to another project.
      </Empty>
    </>
  );
}
