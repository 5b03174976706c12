import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ProjectRead } from '@/api/gen';
import { listTeamOptions, transferProjectMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, inputClass } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useMe } from '@/lib/session';
import { say } from '@/lib/toasts';

/** Gives a project to somebody else in it. */
export function TransferSettings({ project }: { project: ProjectRead }) {
  const [asking, setAsking] = useState(false);
  const others = project.members > 1;
  return (
    <Section
      title="Give away"
      about="Another member becomes its owner: it counts against their tier, and its name and key among theirs. You stay as a member."
    >
      <Button denied={others ? undefined : 'Nobody else is in it yet.'} onClick={() => setAsking(true)}>
        Give to…
      </Button>
      {asking && (
        <Dialog open onOpenChange={() => setAsking(false)} title={`Give ${project.name} away`}>
          <Choose project={project} onClose={() => setAsking(false)} />
        </Dialog>
      )}
    </Section>
  );
}

function Choose({ project, onClose }: { project: ProjectRead; onClose: () => void }) {
  const me = useMe();
  const path = { project_id: project.id };
  const { data } = useQuery(listTeamOptions({ path, query: { page_size: 50 } }));
  const transfer = useAction(transferProjectMutation(), {
    onSuccess: async () => {
      onClose();
      void say(`${project.name} has another owner`);
      await stale('getProject', 'listProjects', 'listTeam');
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const user_id = String(new FormData(event.currentTarget).get('user_id'));
    transfer.mutate({ path, body: { user_id } });
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      {transfer.error && <Notice tone="bad">{transfer.error.message}</Notice>}
      <Field label="To">
        {(wiring) => (
          <select {...wiring} name="user_id" required className={inputClass}>
            {data?.items
              .filter((member) => member.user_id !== me.id && member.active)
              .map((member) => (
                <option key={member.user_id} value={member.user_id}>
                  {member.display_name} ({member.username})
                </option>
              ))}
          </select>
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Keep it</Button>
        <Button type="submit" look="bad" busy={transfer.isPending && 'Giving…'}>
          Give away
        </Button>
      </div>
    </form>
  );
}
