import { useQuery } from '@tanstack/react-query';
import { useRouter, useRouterState } from '@tanstack/react-router';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { ProjectRead } from '@/api/gen';
import { createTaskMutation, listProjectsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, inputClass, TextAreaField, TextField } from '@/components/ui/field';
import { Kbd } from '@/components/ui/kbd';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { text } from '@/lib/forms';
import { overlay } from '@/lib/overlay';
import { problem } from '@/lib/problem';
import { useMe } from '@/lib/session';
import { say } from '@/lib/toasts';
import { learn } from './change';
import { useDraft } from './use-draft';
import { useTeam } from './use-team';
import { isClosed, isPriority, isStatus, PRIORITIES, PRIORITY_ORDER, STATUS_ORDER, STATUSES } from './words';

/** Where the last task was made: the next one is probably meant for there too. */
const LAST = 'taskyard:last-project';
/** As large as every tier may have it. */
const PROJECTS = 50;

const COLUMNS = STATUS_ORDER.filter((status) => !isClosed(status));

/** Makes a task from anywhere. What was typed is kept until it is made or cleared. */
export default function NewTask() {
  const here = useRouterState({
    select: ({ matches }) => (matches.at(-1)?.params as { projectId?: string } | undefined)?.projectId,
  });
  const { data, error } = useQuery(listProjectsOptions({ query: { page_size: PROJECTS } }));
  const projects = (data?.items ?? []).filter((project) => project.permissions.includes('task:create'));
  const first = [here, localStorage.getItem(LAST)].find((id) => projects.some((project) => project.id === id));
  return (
    <Dialog open onOpenChange={() => overlay(null)} title="New task" className="sm:w-[34rem]!">
      {error && <Notice tone="bad">{problem(error).message}</Notice>}
      {data && !projects.length && <Notice>You are in no project where you may make tasks.</Notice>}
      {projects.length > 0 && <Form projects={projects} first={first ?? projects[0]?.id ?? ''} />}
    </Dialog>
  );
}

function Form({ projects, first }: { projects: readonly ProjectRead[]; first: string }) {
  const router = useRouter();
  const me = useMe();
  const [projectId, setProjectId] = useState(first);
  const [title, setTitle, dropTitle] = useDraft('new-task:title', '');
  const [description, setDescription, dropDescription] = useDraft('new-task:description', '');
  const people = useTeam(projectId);
  const create = useAction(createTaskMutation(), {
    onSuccess: ({ data: task }) => {
      dropTitle();
      dropDescription();
      localStorage.setItem(LAST, task.project_id);
      learn(task);
      overlay(null);
      const params = { projectId: task.project_id, taskId: task.id };
      const open = () => void router.navigate({ to: '/projects/$projectId/tasks/$taskId', params });
      void say(`${task.key} made`, { label: 'Open', run: open });
    },
  });
  const fields = create.error?.fields ?? {};

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [status, priority, due] = [text(form, 'status'), text(form, 'priority'), text(form, 'due')];
    create.mutate({
      path: { project_id: projectId },
      body: {
        title: title.trim(),
        description,
        assignee_id: text(form, 'assignee') || null,
        due_date: due || null,
        ...(isStatus(status) ? { status } : {}),
        ...(isPriority(priority) ? { priority } : {}),
      },
    });
  }

  function send(event: KeyboardEvent<HTMLFormElement>) {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) event.currentTarget.requestSubmit();
  }

  return (
    <form onSubmit={submit} onKeyDown={send} className="grid gap-4">
      {create.error && !Object.keys(fields).length && <Notice tone="bad">{create.error.message}</Notice>}
      <TextField
        label="Title"
        name="title"
        required
        maxLength={255}
        autoComplete="off"
        autoFocus
        placeholder="Show the total before tax"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        error={fields.title}
      />
      <TextAreaField
        label="Description"
        name="description"
        optional
        rows={4}
        maxLength={50_000}
        placeholder="What is to be done, and how one knows that it is. Markdown."
        value={description}
        onChange={(event) => setDescription(event.target.value)}
        error={fields.description}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Project">
          {(wiring) => (
            <select
              {...wiring}
              value={projectId}
              onChange={(event) => setProjectId(event.target.value)}
              className={inputClass}
            >
              {projects.map((project) => (
                <option key={project.id} value={project.id}>
                  {project.name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Status">
          {(wiring) => (
            <select {...wiring} name="status" defaultValue="todo" className={inputClass}>
              {COLUMNS.map((status) => (
                <option key={status} value={status}>
                  {STATUSES[status].word}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Assignee" error={fields.assignee_id}>
          {(wiring) => (
            <select key={projectId} {...wiring} name="assignee" defaultValue="" className={inputClass}>
              <option value="">Nobody</option>
              {(people ?? []).map(({ id, name }) => (
                <option key={id} value={id}>
                  {id === me.id ? `${name} (me)` : name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Priority">
          {(wiring) => (
            <select {...wiring} name="priority" defaultValue="medium" className={inputClass}>
              {PRIORITY_ORDER.map((priority) => (
                <option key={priority} value={priority}>
                  {PRIORITIES[priority].word}
                </option>
              ))}
            </select>
          )}
        </Field>
        <TextField
          label="Due"
          name="due"
          type="date"
          optional
          min="1970-01-01"
          max="2199-12-31"
          error={fields.due_date}
        />
      </div>
      <div className="flex justify-end gap-2">
        <Button onClick={() => overlay(null)}>Cancel</Button>
        <Button
          type="submit"
          look="ink"
          after={<Kbd keys="Mod+Enter" inverse />}
          busy={create.isPending && 'Making task…'}
        >
          Make task
        </Button>
      </div>
    </form>
  );
}
