import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { ProjectRead } from '@/api/gen';
import { undeleteProjectMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Ago } from '@/components/ui/ago';
import { ProjectKey } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';
import type { Problem } from '@/lib/problem';
import { say } from '@/lib/toasts';

const GRACE_MS = 30 * 24 * 60 * 60 * 1000;
const TAKEN = ['PROJECT_NAME_TAKEN', 'PROJECT_KEY_TAKEN'];

/** A project that was deleted, as long as it can be brought back. */
export function DeletedRow({ project }: { project: ProjectRead }) {
  const navigate = useNavigate();
  const [refused, setRefused] = useState<Problem | null>(null);
  const back = useAction(undeleteProjectMutation(), {
    onSuccess: async ({ data }) => {
      await navigate({ to: '/projects/$projectId', params: { projectId: data.id } });
      await stale('listProjects');
      void say(`${data.name} is back`);
    },
    onError: setRefused,
  });
  const path = { project_id: project.id };
  const until = new Date(Date.parse(project.deleted_at ?? project.updated_at) + GRACE_MS).toISOString();
  return (
    <li className="flex min-h-11 items-center gap-3 border-line border-b px-4 py-2 last:border-0 md:px-[1.125rem]">
      <ProjectKey of={project.key} className="w-12" />
      <div className="min-w-0 flex-1 md:flex md:items-baseline md:gap-3">
        <p className="truncate font-[520]">{project.name}</p>
        <p className="truncate text-mute max-md:text-xs">
          gone for good <Ago at={until} />
        </p>
      </div>
      <Button
        aria-label={`Bring back ${project.name}`}
        busy={back.isPending && 'Bringing back…'}
        onClick={() => back.mutate({ path })}
      >
        Bring back
      </Button>
      {refused && (
        <Dialog open onOpenChange={() => setRefused(null)} title={`${project.name} was not brought back`}>
          <Rename
            project={project}
            refused={refused}
            busy={back.isPending}
            onAgain={(body) => back.mutate({ path, body })}
          />
        </Dialog>
      )}
    </li>
  );
}

type RenameProps = {
  project: ProjectRead;
  refused: Problem;
  busy: boolean;
  onAgain: (body: { name: string; key: string }) => void;
};

/** Where its name or key was given to another meanwhile, it can come back under new ones. */
function Rename({ project, refused, busy, onAgain }: RenameProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onAgain({ name: text(form, 'name'), key: text(form, 'key').toUpperCase() });
  }
  if (!TAKEN.includes(refused.code)) return <Notice tone="bad">{refused.message}</Notice>;
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Notice tone="bad">{refused.message}</Notice>
      <TextField label="Name" name="name" defaultValue={project.name} required maxLength={120} />
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
      />
      <div className="flex justify-end">
        <Button type="submit" look="ink" busy={busy && 'Bringing back…'}>
          Bring back
        </Button>
      </div>
    </form>
  );
}
