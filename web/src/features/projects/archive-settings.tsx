import type { ProjectRead } from '@/api/gen';
import {
  archiveProjectMutation,
  getProjectQueryKey,
  restoreProjectMutation,
} from '@/api/gen/@tanstack/react-query.gen';
import { Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { useAction } from '@/lib/action';
import { queryClient, stale } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';

/** Puts a project away, where everything can be read, or takes it out again. */
export function ArchiveSettings({ project }: { project: ProjectRead }) {
  const done = (word: string) => (answer: { data: ProjectRead }) => {
    queryClient.setQueryData(getProjectQueryKey({ path: { project_id: project.id } }), answer);
    void stale('listProjects');
    void say(`${project.name} is ${word}`);
  };
  const onError = (error: unknown) => void sayFailed('The project stays as it is', error);
  const archive = useAction(archiveProjectMutation(), { onSuccess: done('archived'), onError });
  const restore = useAction(restoreProjectMutation(), { onSuccess: done('restored'), onError });
  const path = { project_id: project.id };
  if (project.archived_at) {
    return (
      <Section
        title="Archived"
        about="Everything can be read, nothing changed. Restoring it takes nothing but a click."
      >
        <Button busy={restore.isPending && 'Restoring…'} onClick={() => restore.mutate({ path })}>
          Restore project
        </Button>
      </Section>
    );
  }
  return (
    <Section
      title="Archive"
      about="For what is done: it leaves the list, everything stays readable, and nothing in it is changed any more."
    >
      <Button busy={archive.isPending && 'Archiving…'} onClick={() => archive.mutate({ path })}>
        Archive project
      </Button>
    </Section>
  );
}
