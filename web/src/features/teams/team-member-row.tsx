import { useNavigate } from '@tanstack/react-router';
import { LogOut, UserMinus } from 'lucide-react';
import { useState } from 'react';
import type { TeamMemberRead, TeamRead } from '@/api/gen';
import { changeTeamMemberMutation, removeTeamMemberMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { Pick } from '@/components/ui/pick';
import { Sure } from '@/features/teams/sure';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useMe } from '@/lib/session';
import { say, sayFailed } from '@/lib/toasts';
import { ROLES_BUT_OWNER, TEAM_ROLES, teamRoleLabel } from './roles';

/** Somebody in a team; owners and admins change the role here, and everybody may leave. */
export function TeamMemberRow({ team, member }: { team: TeamRead; member: TeamMemberRead }) {
  const [asking, setAsking] = useState(false);
  const isMe = useMe().id === member.user_id;
  const owns = team.permissions.includes('team:delete');
  const manages = team.permissions.includes('team:manage') && (owns || member.role !== 'owner');
  const name = member.display_name || member.username;
  const path = { team_id: team.id, user_id: member.user_id };
  const change = useAction(changeTeamMemberMutation(), {
    onSuccess: ({ data }) => {
      void say(`${name} is ${teamRoleLabel(data.role).toLowerCase()} now`);
      return stale('listTeamMembers', 'getTeam');
    },
    onError: (error) => void sayFailed(`${name} keeps the role`, error),
  });
  const remove = useGoing(team, name, isMe);
  return (
    <li className="flex min-h-12 items-center gap-3 border-line border-b px-3.5 py-2 last:border-0">
      <Person id={member.user_id} name={name} size={24} />
      <div className="min-w-0 flex-1 md:flex md:items-baseline md:gap-3">
        <p className="truncate font-[520]">
          {name}
          {isMe && <span className="font-normal text-mute"> · you</span>}
        </p>
        <p className="truncate text-mute max-md:text-xs">{member.username}</p>
      </div>
      {!member.active && <Chip tone="bad">Deactivated</Chip>}
      {manages ? (
        <Pick
          label="Role"
          value={member.role}
          options={owns ? TEAM_ROLES : ROLES_BUT_OWNER}
          onChange={(role) => role !== member.role && change.mutate({ path, body: { role } })}
        />
      ) : (
        <span className="text-mute">{teamRoleLabel(member.role)}</span>
      )}
      {(isMe || manages) && (
        <Button
          look="quiet"
          size="sm"
          icon={isMe ? <LogOut /> : <UserMinus />}
          aria-label={isMe ? 'Leave this team' : `Remove ${name}`}
          data-tip={isMe ? 'Leave' : 'Remove'}
          onClick={() => setAsking(true)}
        />
      )}
      {asking && (
        <Sure
          title={isMe ? `Leave ${team.name}?` : `Remove ${name}?`}
          about={
            isMe
              ? 'You leave the projects you are in through this team alone. What you made in them stays.'
              : 'They leave the projects they are in through this team alone. What they made in them stays.'
          }
          yes={isMe ? 'Leave team' : 'Remove'}
          no={isMe ? 'Stay' : 'Keep'}
          error={remove.error}
          busy={remove.isPending}
          onYes={() => remove.mutate({ path })}
          onClose={() => {
            setAsking(false);
            remove.reset();
          }}
        />
      )}
    </li>
  );
}

/** Removes somebody; one who leaves has nothing more to see here. */
function useGoing(team: TeamRead, name: string, isMe: boolean) {
  const navigate = useNavigate();
  return useAction(removeTeamMemberMutation(), {
    onSuccess: async () => {
      if (isMe) {
        await navigate({ to: '/teams', search: {} });
        await stale('listTeams', 'listProjects');
        void say(`You have left ${team.name}`);
        return;
      }
      await stale('listTeamMembers', 'getTeam');
      void say(`${name} is no longer in this team`);
    },
  });
}
