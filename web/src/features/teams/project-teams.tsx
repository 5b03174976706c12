import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Users, X } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { ProjectRead, ProjectTeamRead } from '@/api/gen';
import {
  grantProjectMutation,
  listProjectTeamsOptions,
  revokeProjectMutation,
} from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { Button } from '@/components/ui/button';
import { Pick } from '@/components/ui/pick';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { plural } from '@/lib/format';
import { useWhyNotIn } from '@/lib/rights';
import { say, sayFailed } from '@/lib/toasts';
import { GRANTED } from './roles';
import { Sure } from './sure';

const load = () => import('./grant-dialog');
const GrantDialog = lazy(load);

/** The teams a project is granted to, and the way to grant it to another. */
export function ProjectTeams({ project }: { project: ProjectRead }) {
  const [granting, setGranting] = useState(false);
  const denied = useWhyNotIn(project, 'team:manage');
  const read = useQuery(listProjectTeamsOptions({ path: { project_id: project.id } }));
  const { data } = read;
  if (read.isError && !data) return <NotRead what="The teams" of={read} />;
  if (!data || (denied && !data.items.length)) return null;
  return (
    <section aria-labelledby="teams">
      <div className="mb-2 flex items-center gap-4">
        <h2 id="teams" className="flex-1">
          Teams <span className="num font-normal text-faint">{data.items.length || ''}</span>
        </h2>
        {!denied && (
          <Button onPointerEnter={() => void load()} onFocus={() => void load()} onClick={() => setGranting(true)}>
            Grant to a team
          </Button>
        )}
      </div>
      {data.items.length > 0 ? (
        <ul className="overflow-hidden rounded-panel border border-line bg-panel">
          {data.items.map((team) => (
            <Row key={team.team_id} project={project} team={team} manages={!denied} />
          ))}
        </ul>
      ) : (
        <p className="text-mute">Grant the project to a team, and everybody who joins the team is in here too.</p>
      )}
      <Suspense>
        {granting && <GrantDialog project={project} granted={data.items} onClose={() => setGranting(false)} />}
      </Suspense>
    </section>
  );
}

const CHANGED = ['listProjectTeams', 'listTeam', 'getProject', 'listTeamProjects'];

function Row({ project, team, manages }: { project: ProjectRead; team: ProjectTeamRead; manages: boolean }) {
  const [asking, setAsking] = useState(false);
  const path = { project_id: project.id, team_id: team.team_id };
  const change = useAction(grantProjectMutation(), {
    onSuccess: ({ data }) => {
      void say(`${team.name} is ${data.role} now`);
      return stale(...CHANGED);
    },
    onError: (error) => void sayFailed(`${team.name} keeps the role`, error),
  });
  const revoke = useAction(revokeProjectMutation(), {
    onSuccess: () => {
      void say(`${team.name} is no longer in this project`);
      return stale(...CHANGED);
    },
  });
  return (
    <li className="flex min-h-12 items-center gap-3 border-line border-b px-3.5 py-2 last:border-0">
      <Users aria-hidden="true" className="mx-1 size-4 shrink-0 text-mute" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 md:flex md:items-baseline md:gap-3">
        {team.is_mine ? (
          <Link
            to="/teams/$teamId"
            params={{ teamId: team.team_id }}
            search={{}}
            className="block max-w-full truncate font-[520] hover:underline"
          >
            {team.name}
          </Link>
        ) : (
          <p className="truncate font-[520]">{team.name}</p>
        )}
        <p className="truncate text-mute max-md:text-xs">{plural(team.members, 'member')}</p>
      </div>
      {manages ? (
        <Pick
          label="Role"
          value={team.role}
          options={GRANTED}
          onChange={(role) => role !== team.role && change.mutate({ path, body: { role } })}
        />
      ) : (
        <span className="text-mute">{team.role === 'member' ? 'Member' : 'Viewer'}</span>
      )}
      {manages && (
        <Button
          look="quiet"
          size="sm"
          icon={<X />}
          aria-label={`Take ${team.name} out of this project`}
          data-tip="Take out"
          onClick={() => setAsking(true)}
        />
      )}
      {asking && (
        <Sure
          title={`Take ${team.name} out?`}
          about="Whoever is here through this team alone no longer sees the project. What they made in it stays."
          yes="Take out"
          no="Keep"
          error={revoke.error}
          busy={revoke.isPending}
          onYes={() => revoke.mutate({ path }, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  );
}
