import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { TeamRead } from '@/api/gen';
import { deleteTeamMutation, getTeamQueryKey, updateTeamMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { TextAreaField, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { useWhyNotInTeam } from '@/features/teams/rights';
import { Sure } from '@/features/teams/sure';
import { useTeam } from '@/features/teams/use-team';
import { useAction } from '@/lib/action';
import { queryClient, stale } from '@/lib/client';
import { plural } from '@/lib/format';
import { text } from '@/lib/forms';
import { say } from '@/lib/toasts';

export const Route = createFileRoute('/_app/teams/$teamId/settings')({ component: TeamSettings });

function TeamSettings() {
  const team = useTeam(Route.useParams().teamId);
  const noChange = useWhyNotInTeam(team, 'team:update');
  if (noChange) {
    return (
      <div className="max-w-xl px-4 py-6 md:px-[1.125rem]">
        <Notice>{noChange}</Notice>
      </div>
    );
  }
  return (
    <div className="px-4 md:px-[1.125rem]">
      <Rename team={team} />
      <Delete team={team} />
    </div>
  );
}

function Rename({ team }: { team: TeamRead }) {
  // What the form began with. Only what differs from it is sent: the rest may have been changed elsewhere meanwhile.
  const [begun, setBegun] = useState(team);
  const path = { team_id: team.id };
  const update = useAction(updateTeamMutation(), {
    onSuccess: (answer) => {
      setBegun(answer.data);
      queryClient.setQueryData(getTeamQueryKey({ path }), answer);
      void stale('listTeams');
      void say('Team saved');
    },
  });
  const fields = update.error?.fields ?? {};

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = text(form, 'name');
    const description = text(form, 'description');
    update.mutate({
      path,
      headers: { 'If-Match': `"${team.version}"` },
      body: {
        ...(name !== begun.name ? { name } : {}),
        ...(description !== begun.description ? { description } : {}),
      },
    });
  }

  return (
    <Section title="Name">
      <form onSubmit={submit} className="grid gap-4">
        {update.error && !Object.keys(fields).length && <Notice tone="bad">{update.error.message}</Notice>}
        <TextField label="Name" name="name" defaultValue={team.name} required maxLength={120} error={fields.name} />
        <TextAreaField
          label="What it does"
          name="description"
          defaultValue={team.description}
          maxLength={2000}
          optional
          error={fields.description}
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

function Delete({ team }: { team: TeamRead }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const remove = useAction(deleteTeamMutation(), {
    onSuccess: async () => {
      await navigate({ to: '/teams', search: {} });
      await stale('listTeams', 'listProjects');
      void say(`${team.name} is deleted`);
    },
  });
  return (
    <Section
      title="Delete this team"
      about="Projects and what is in them stay. Whoever is in a project through this team alone is out of it."
    >
      <Button look="bad" denied={useWhyNotInTeam(team, 'team:delete')} onClick={() => setAsking(true)}>
        Delete team…
      </Button>
      {asking && (
        <Sure
          title={`Delete ${team.name}?`}
          about={`${plural(team.members, 'member')} and ${plural(team.projects, 'project')} part ways. This cannot be taken back.`}
          yes="Delete team"
          no="Keep it"
          error={remove.error}
          busy={remove.isPending}
          onYes={() => remove.mutate({ path: { team_id: team.id } })}
          onClose={() => {
            setAsking(false);
            remove.reset();
          }}
        />
      )}
    </Section>
  );
}
