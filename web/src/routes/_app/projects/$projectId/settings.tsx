import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { ProjectRead } from '@/api/gen';
import { deleteProjectMutation, getProjectQueryKey, updateProjectMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextAreaField, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { FindingRule } from '@/features/analysis/finding-rule';
import { ArchiveSettings } from '@/features/projects/archive-settings';
import { TagSettings } from '@/features/projects/tag-settings';
import { TemplateSettings } from '@/features/projects/template-settings';
import { TransferSettings } from '@/features/projects/transfer-settings';
import { useProject } from '@/features/projects/use-project';
import { useAction } from '@/lib/action';
import { queryClient, stale } from '@/lib/client';
import { text } from '@/lib/forms';
import { useWhyNotIn } from '@/lib/rights';
import { say } from '@/lib/toasts';

export const Route = createFileRoute('/_app/projects/$projectId/settings')({ component: ProjectSettings });

function ProjectSettings() {
  const project = useProject(Route.useParams().projectId);
  const noChange = useWhyNotIn(project, 'project:update');
  if (noChange) {
    return (
      <div className="max-w-xl px-4 py-6 md:px-[1.125rem]">
        <Notice>{noChange}</Notice>
      </div>
    );
  }
  return (
    <div className="px-4 md:px-[1.125rem]">
      <Rename project={project} />
      <TagSettings project={project} />
      <TemplateSettings project={project} />
      <FindingRule project={project} />
      {!project.is_personal && <ArchiveSettings project={project} />}
      {!project.is_personal && project.permissions.includes('project:delete') && (
        <>
          {project.role === 'owner' && <TransferSettings project={project} />}
          <Delete project={project} />
        </>
      )}
    </div>
  );
}

function Rename({ project }: { project: ProjectRead }) {
  // What the form began with. Only what differs from it is sent: the rest may have been changed elsewhere meanwhile.
  const [begun, setBegun] = useState(project);
  const update = useAction(updateProjectMutation(), {
    onSuccess: (answer) => {
      setBegun(answer.data);
      queryClient.setQueryData(getProjectQueryKey({ path: { project_id: project.id } }), answer);
      void stale('listProjects');
      void say('Project saved');
    },
  });
  const fields = update.error?.fields ?? {};
  const taken = update.error?.code === 'PROJECT_KEY_TAKEN' ? update.error.message : undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = text(form, 'name');
    const description = text(form, 'description');
    const key = text(form, 'key').toUpperCase();
    update.mutate({
      path: { project_id: project.id },
      headers: { 'If-Match': `"${project.version}"` },
      body: {
        ...(name !== begun.name ? { name } : {}),
        ...(description !== begun.description ? { description } : {}),
        ...(key !== begun.key ? { key } : {}),
      },
    });
  }

  return (
    <Section title="Name and key">
      <form onSubmit={submit} className="grid gap-4">
        {update.error && !taken && !Object.keys(fields).length && <Notice tone="bad">{update.error.message}</Notice>}
        <TextField label="Name" name="name" defaultValue={project.name} required maxLength={120} error={fields.name} />
        <TextAreaField
          label="Description"
          name="description"
          defaultValue={project.description}
          maxLength={2000}
          optional
          error={fields.description}
        />
        <TextField
          label="Key"
          name="key"
          defaultValue={project.key}
          required
          maxLength={10}
          pattern="[A-Za-z][A-Za-z0-9]{1,9}"
          title="2 to 10 letters and digits, a letter first."
          autoComplete="off"
          className="w-32! font-mono uppercase"
          hint="Short letters that tell this project from others."
          error={fields.key ?? taken}
        />
        <div>
          <Button type="submit" look="ink" busy={update.isPending && 'Saving…'}>
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Delete({ project }: { project: ProjectRead }) {
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  // Who is no member has to say why; its owner can read it.
  const needsReason = project.role === 'admin';
  const ready = typed === project.key && (!needsReason || reason.trim() !== '');
  const navigate = useNavigate();
  const remove = useAction(deleteProjectMutation(), {
    onSuccess: async () => {
      await navigate({ to: '/projects' });
      await stale('listProjects');
      void say(`${project.name} is deleted`);
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (ready) remove.mutate({ path: { project_id: project.id }, ...(needsReason ? { query: { reason } } : {}) });
  }

  return (
    <Section
      title="Delete this project"
      about="Its source, runs and reports go with it. It can be brought back for 30 days."
    >
      <Button look="bad" onClick={() => setAsking(true)}>
        Delete project…
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete ${project.name}?`}
        description="Its source, runs and reports go with it. It can be brought back for 30 days, from the list of projects."
      >
        <form onSubmit={submit} className="grid gap-4">
          {remove.error && <Notice tone="bad">{remove.error.message}</Notice>}
          <TextField
            label={`Type ${project.key} to go on`}
            value={typed}
            onChange={(event) => setTyped(event.target.value.toUpperCase())}
            autoComplete="off"
            className="font-mono"
            autoFocus
          />
          {needsReason && (
            <TextField
              label="Why"
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              maxLength={200}
              autoComplete="off"
              hint="You are no member of this project. Its history keeps your name and the reason."
            />
          )}
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button type="submit" look="bad" disabled={!ready} busy={remove.isPending && 'Deleting…'}>
              Delete project
            </Button>
          </div>
        </form>
      </Dialog>
    </Section>
  );
}
