import { useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { createProject, createProjectFromTemplate, type ProjectCreate } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextAreaField, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';
import { overlay } from '@/lib/overlay';
import { keyOf } from './key-of';
import { EMPTY, TemplateField } from './template-field';

type NewProjectProps = { template?: string; onClose?: () => void };

/** Asks for a name, and no more than that unless one wants to. */
export default function NewProject({ template = EMPTY, onClose = () => overlay(null) }: NewProjectProps) {
  const router = useRouter();
  const [name, setName] = useState('');
  const [begins, setBegins] = useState(template);
  const create = useMake(begins);
  const fields = create.error?.fields ?? {};
  const placed = Object.keys(fields).length > 0;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const key = text(form, 'key').toUpperCase();
    create.mutate(
      { name: text(form, 'name'), description: text(form, 'description'), ...(key ? { key } : {}) },
      {
        onSuccess: async ({ data }) => {
          onClose();
          await router.navigate({ to: '/projects/$projectId', params: { projectId: data.id } });
          await stale('listProjects');
        },
      },
    );
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New project"
      description="A project holds tasks, source, and the runs that work on it."
    >
      <form onSubmit={submit} className="grid gap-4">
        {create.error && !placed && <Notice tone="bad">{create.error.message}</Notice>}
        <TextField
          label="Name"
          name="name"
          required
          maxLength={120}
          autoComplete="off"
          autoFocus
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={fields.name}
        />
        <TextAreaField
          label="Description"
          name="description"
          optional
          maxLength={2000}
          placeholder="What it is for, in a sentence"
          error={fields.description}
        />
        <TextField
          label="Key"
          name="key"
          optional
          maxLength={6}
          autoComplete="off"
          className="font-mono uppercase placeholder:normal-case"
          placeholder={keyOf(name)}
          hint="Short letters that tell this project from others."
          error={fields.key}
        />
        <TemplateField value={begins} onChange={setBegins} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="ink" busy={create.isPending && 'Making project…'}>
            Make project
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Makes a project, an empty one or by a template. */
function useMake(template: string) {
  return useAction({
    mutationFn: async (body: ProjectCreate) =>
      template === EMPTY
        ? (await createProject({ body })).data
        : (await createProjectFromTemplate({ body: { ...body, template_id: template } })).data,
  });
}
