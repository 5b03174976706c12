import { type FormEvent, useState } from 'react';
import type { ProjectRead } from '@/api/gen';
import { addProjectTagMutation, removeProjectTagMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';
import { sayFailed } from '@/lib/toasts';
import { RemovableTag } from './tags';

/** Tones that can be told apart as a dot on either theme. */
const COLORS = [
  { value: '#8a8f98', name: 'Grey' },
  { value: '#2f6fd6', name: 'Blue' },
  { value: '#1e8e5a', name: 'Green' },
  { value: '#8e5bd0', name: 'Violet' },
  { value: '#c2456b', name: 'Rose' },
  { value: '#b58a1b', name: 'Ochre' },
  { value: '#3f8a99', name: 'Teal' },
] as const;

/** The words a project is found by. */
export function TagSettings({ project }: { project: ProjectRead }) {
  const [color, setColor] = useState<string>(COLORS[0].value);
  const changed = () => stale('getProject', 'listProjects', 'listMyTags');
  const add = useAction(addProjectTagMutation(), { onSuccess: changed });
  const remove = useAction(removeProjectTagMutation(), {
    onSuccess: changed,
    onError: (error) => void sayFailed('The tag stays', error),
  });
  const path = { project_id: project.id };

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    add.mutate({ path, body: { name: text(new FormData(form), 'name'), color } }, { onSuccess: () => form.reset() });
  }

  return (
    <Section title="Tags" about="Words by which the list of projects is filtered, for everybody in it.">
      <form onSubmit={submit} className="grid gap-3">
        {project.tags.length > 0 && (
          <div className="flex flex-wrap gap-1.5">
            {project.tags.map((tag) => (
              <RemovableTag
                key={tag.id}
                tag={tag}
                onRemove={() => remove.mutate({ path: { ...path, tag_id: tag.id } })}
              />
            ))}
          </div>
        )}
        <TextField
          label="New tag"
          name="name"
          required
          maxLength={40}
          autoComplete="off"
          error={add.error ? (add.error.fields.name ?? add.error.message) : undefined}
        />
        <fieldset className="flex flex-wrap items-center gap-2">
          <legend className="sr-only">Color</legend>
          {COLORS.map((each) => (
            <label key={each.value} data-tip={each.name} className="relative grid size-6 place-items-center">
              <input
                type="radio"
                name="color"
                value={each.value}
                aria-label={each.name}
                checked={color === each.value}
                onChange={() => setColor(each.value)}
                className="peer absolute inset-0 appearance-none rounded-full border-2 border-transparent checked:border-ink"
              />
              <span aria-hidden="true" className="size-3.5 rounded-full" style={{ background: each.value }} />
            </label>
          ))}
        </fieldset>
        <div>
          <Button type="submit" busy={add.isPending && 'Adding…'}>
            Add tag
          </Button>
        </div>
      </form>
    </Section>
  );
}
