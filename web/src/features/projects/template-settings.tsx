import type { FormEvent } from 'react';
import type { ProjectRead } from '@/api/gen';
import { createTemplateMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';
import { say } from '@/lib/toasts';

/** Makes a template of one's own from a project. */
export function TemplateSettings({ project }: { project: ProjectRead }) {
  const make = useAction(createTemplateMutation(), {
    onSuccess: ({ data }) => {
      void say(`${data.name} is a template now`);
      return stale('listTemplates');
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    make.mutate(
      { body: { project_id: project.id, name: text(new FormData(form), 'template') } },
      { onSuccess: () => form.reset() },
    );
  }

  return (
    <Section
      title="Template"
      about="Other projects of yours can begin like this one: with its tags, its labels and its tasks, all of them to do."
    >
      <form onSubmit={submit} className="grid gap-3">
        <TextField
          label="Name of the template"
          name="template"
          required
          maxLength={120}
          autoComplete="off"
          error={make.error ? (make.error.fields.name ?? make.error.message) : undefined}
        />
        <div>
          <Button type="submit" busy={make.isPending && 'Making it…'}>
            Make a template
          </Button>
        </div>
      </form>
    </Section>
  );
}
