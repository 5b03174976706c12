import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import type { ProjectRead, ProjectTeamRead } from '@/api/gen';
import { grantProjectMutation, listTeamsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, inputClass } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { RoleChoice } from '@/features/team/role-choice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { plural } from '@/lib/format';
import { say } from '@/lib/toasts';
import { GRANTED } from './roles';

type GrantProps = { project: ProjectRead; granted: readonly ProjectTeamRead[]; onClose: () => void };

/** Asks which team a project is granted to, and as what. */
export default function GrantDialog({ project, granted, onClose }: GrantProps) {
  const { data } = useQuery(listTeamsOptions({ query: { page_size: 50 } }));
  const there = new Set(granted.map(({ team_id }) => team_id));
  const teams = data?.items.filter(({ id }) => !there.has(id)) ?? [];
  const grant = useAction(grantProjectMutation(), {
    onSuccess: ({ data: team }) => {
      onClose();
      void say(`${team.name} is in this project now`);
      return stale('listProjectTeams', 'listTeam', 'getProject', 'listTeamProjects');
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const role = GRANTED.find(({ value }) => value === form.get('role'))?.value ?? 'member';
    const team_id = String(form.get('team'));
    grant.mutate({ path: { project_id: project.id, team_id }, body: { role } });
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Grant ${project.name} to a team`}
      description="Everybody in it is in this project then, and whoever joins it later."
    >
      {data && !teams.length ? (
        <div className="grid gap-4">
          <p className="text-mute">
            {data.items.length ? 'All your teams are in this project.' : 'You are in no team yet.'}{' '}
            <Link to="/teams" search={{}} className="text-fg underline">
              Make a team
            </Link>
          </p>
          <Button className="justify-self-end" onClick={onClose}>
            Close
          </Button>
        </div>
      ) : (
        <form onSubmit={submit} className="grid gap-4">
          {grant.error && <Notice tone="bad">{grant.error.message}</Notice>}
          <Field label="Team">
            {(wiring) => (
              <select {...wiring} name="team" required className={inputClass}>
                {teams.map((team) => (
                  <option key={team.id} value={team.id}>
                    {team.name} ({plural(team.members, 'member')})
                  </option>
                ))}
              </select>
            )}
          </Field>
          <RoleChoice roles={GRANTED} />
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="ink" disabled={!teams.length} busy={grant.isPending && 'Granting…'}>
              Grant
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
