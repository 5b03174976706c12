import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus, X } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { addDependency, createTask, type RelatedTask, removeDependency, type TaskRead } from '@/api/gen';
import { listTasksOptions } from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { Button } from '@/components/ui/button';
import { inputClass } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { stale } from '@/lib/client';
import { type Problem, problem } from '@/lib/problem';
import { sayFailed } from '@/lib/toasts';
import { learn } from './change';
import { Graph } from './graph';
import { Heading } from './heading';
import { StatusIcon } from './task-chips';
import { TaskFinder } from './task-finder';
import { isClosed, STATUSES } from './words';

type RowProps = { projectId: string; task: RelatedTask; after?: ReactNode };

function RelatedRow({ projectId, task, after }: RowProps) {
  return (
    <li className="group flex min-h-8 items-center gap-2 border-line border-b last:border-0">
      <StatusIcon status={task.status} />
      <span className="sr-only">{STATUSES[task.status].word}: </span>
      <Link
        to="/projects/$projectId/tasks/$taskId"
        params={{ projectId, taskId: task.id }}
        className="flex min-w-0 flex-1 items-baseline gap-2 py-1 underline-offset-2 hover:underline"
      >
        <span className="shrink-0 font-mono text-2xs text-faint">{task.key}</span>
        <span className={`truncate ${isClosed(task.status) ? 'text-mute line-through' : ''}`}>{task.title}</span>
      </Link>
      {after}
    </li>
  );
}

/** The tasks a task is made of. */
export function SubTasks({ task, may }: { task: TaskRead; may: boolean }) {
  const [adding, setAdding] = useState(false);
  const read = useQuery({
    ...listTasksOptions({
      path: { project_id: task.project_id },
      query: { parent_id: task.id, sort: 'number', page_size: 50 },
    }),
    enabled: task.subtasks.total > 0,
  });
  const { data } = read;
  const { total, closed } = task.subtasks;
  if (!total && !may) return null;
  return (
    <section aria-label="Sub-tasks">
      <Heading
        title={
          <>
            Sub-tasks{' '}
            {total > 0 && (
              <span className="num font-normal text-mute">
                {closed} of {total}
              </span>
            )}
          </>
        }
        action={
          may && (
            <Button size="sm" look="quiet" icon={<Plus />} onClick={() => setAdding(true)}>
              Add a sub-task
            </Button>
          )
        }
      />
      {read.isError && !data && <NotRead what="The sub-tasks" of={read} />}
      {total > 0 && data && (
        <ul>
          {data.items.map((part) => (
            <RelatedRow key={part.id} projectId={task.project_id} task={part} />
          ))}
        </ul>
      )}
      {adding && <NewPart task={task} onEnd={() => setAdding(false)} />}
    </section>
  );
}

function NewPart({ task, onEnd }: { task: TaskRead; onEnd: () => void }) {
  const [title, setTitle] = useState('');
  const [error, setError] = useState<Problem | null>(null);

  async function add(event: FormEvent) {
    event.preventDefault();
    const wanted = title.trim();
    if (!wanted) return;
    setTitle('');
    setError(null);
    try {
      const body = { title: wanted, parent_id: task.id };
      learn((await createTask({ path: { project_id: task.project_id }, body })).data.data);
    } catch (reason) {
      setError(problem(reason));
      setTitle((now) => now || wanted);
    }
  }

  return (
    <form onSubmit={add} className="mt-1 grid gap-1">
      <input
        aria-label="Title of a new sub-task"
        placeholder="Title, then Enter"
        // biome-ignore lint/a11y/noAutofocus: it stands where the button was that asked for it
        autoFocus
        value={title}
        maxLength={255}
        onChange={(event) => setTitle(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onEnd();
        }}
        className={inputClass}
      />
      {error && (
        <p role="alert" className="text-bad text-xs">
          {error.fields.title ?? error.message}
        </p>
      )}
    </form>
  );
}

/** What a task waits for, and what waits for it. */
export function Dependencies({ task, may }: { task: TaskRead; may: boolean }) {
  if (!may && !task.depends_on.length && !task.blocks.length) return null;
  return (
    <section aria-label="Dependencies" className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <Graph task={task} />
      <Side task={task} may={may} title="Waits for" others={task.depends_on} />
      <Side task={task} may={may} title="Holds up" others={task.blocks} inverse />
    </section>
  );
}

type SideProps = { task: TaskRead; may: boolean; title: string; others: readonly RelatedTask[]; inverse?: boolean };

function Side({ task, may, title, others, inverse = false }: SideProps) {
  const [finding, setFinding] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const word = inverse ? 'what it holds up' : 'what it waits for';

  async function add({ id }: { id: string }) {
    setFinding(false);
    setError(null);
    const [waiting, awaited] = inverse ? [id, task.id] : [task.id, id];
    try {
      const path = { project_id: task.project_id, task_id: waiting, other: awaited };
      learn((await addDependency({ path })).data.data);
      void stale('getTask', 'getTaskGraph');
    } catch (reason) {
      setError(problem(reason));
    }
  }

  if (!may && !others.length) return null;
  return (
    <div>
      <Heading
        title={
          <>
            {title} {!others.length && <span className="font-normal text-mute">nothing</span>}
          </>
        }
        action={
          may && (
            <Button size="sm" look="quiet" icon={<Plus />} aria-label={`Add ${word}`} onClick={() => setFinding(true)}>
              Add
            </Button>
          )
        }
      />
      {error && (
        <Notice tone="bad" action={<Close onClick={() => setError(null)} />}>
          {error.message}
        </Notice>
      )}
      <Related task={task} others={others} may={may} inverse={inverse} />
      {finding && (
        <TaskFinder
          projectId={task.project_id}
          label={`Find ${word}`}
          but={[task.id, ...others.map((one) => one.id)]}
          onPick={(other) => void add(other)}
          onClose={() => setFinding(false)}
        />
      )}
    </div>
  );
}

type RelatedProps = { task: TaskRead; others: readonly RelatedTask[]; may: boolean; inverse?: boolean };

function Related({ task, others, may, inverse = false }: RelatedProps) {
  async function drop(other: RelatedTask) {
    const [waiting, awaited] = inverse ? [other.id, task.id] : [task.id, other.id];
    try {
      const path = { project_id: task.project_id, task_id: waiting, other: awaited };
      learn((await removeDependency({ path })).data.data);
      void stale('getTask', 'getTaskGraph');
    } catch (error) {
      void sayFailed('They still wait for each other', error);
    }
  }

  return (
    <ul>
      {others.map((other) => (
        <RelatedRow
          key={other.id}
          projectId={task.project_id}
          task={other}
          after={
            may && (
              <Button
                size="sm"
                look="quiet"
                icon={<X />}
                aria-label={`No longer: ${task.key} and ${other.key}`}
                data-tip="Take this dependency away"
                onClick={() => void drop(other)}
              />
            )
          }
        />
      ))}
    </ul>
  );
}

function Close({ onClick }: { onClick: () => void }) {
  return <Button size="sm" look="quiet" icon={<X />} aria-label="Dismiss" onClick={onClick} />;
}
