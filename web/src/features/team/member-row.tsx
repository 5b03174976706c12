import { useNavigate } from '@tanstack/react-router';
import { LogOut, UserMinus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { MemberRead, ProjectRead } from '@/api/gen';
import { changeMemberMutation, removeMemberMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { Pick } from '@/components/ui/pick';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useWhyNotIn } from '@/lib/rights';
import { useMe } from '@/lib/session';
import { say, sayFailed } from '@/lib/toasts';
import { ROLES, roleLabel } from './roles';

const load = () => import('./going-dialog');
const GoingDialog = lazy(load);

/** Somebody in the project; owners change the role here, and everybody may leave. */
export function MemberRow({ project, member }: { project: ProjectRead; member: MemberRead }) {
  const [asking, setAsking] = useState(false);
  const isMe = useMe().id === member.user_id;
  const manages = !useWhyNotIn(project, 'team:manage');
  const name = member.display_name || member.username;
  const change = useAction(changeMemberMutation(), {
    onSuccess: ({ data }) => {
      void say(`${name} is ${roleLabel(data.role).toLowerCase()} now`);
      return stale('listTeam', 'getProject', 'listProjects');
    },
    onError: (error) => void sayFailed(`${name} keeps the role`, error),
  });
  const remove = useGoing(project, member, isMe);
  return (
    <li className="flex min-h-12 items-center gap-3 border-line border-b px-3.5 py-2 last:border-0">
      <Person id={member.user_id} name={name} size={24} />
      <div className="min-w-0 flex-1 md:flex md:items-baseline md:gap-3">
        <p className="truncate font-[520]">
          {name}
          {isMe && <span className="font-normal text-mute"> · you</span>}
        </p>
        <p className="truncate text-mute max-md:text-xs">
          {member.username}
          {member.through_team && (
            <span data-tip="Another role is given by themselves, and stays without the team."> · through a team</span>
          )}
        </p>
      </div>
      {!member.active && <Chip tone="bad">Deactivated</Chip>}
      {manages ? (
        <Pick
          label="Role"
          value={member.role}
          options={ROLES}
          onChange={(role) =>
            role !== member.role &&
            change.mutate({ path: { project_id: project.id, user_id: member.user_id }, body: { role } })
          }
        />
      ) : (
        <span className="text-mute">{roleLabel(member.role)}</span>
      )}
      {manages && member.through_team && <span className="size-7 max-md:hidden" />}
      {(isMe || manages) && !member.through_team && (
        <Button
          look="quiet"
          size="sm"
          icon={isMe ? <LogOut /> : <UserMinus />}
          aria-label={isMe ? 'Leave this project' : `Remove ${name}`}
          data-tip={isMe ? 'Leave' : 'Remove'}
          onPointerEnter={() => void load()}
          onFocus={() => void load()}
          onClick={() => setAsking(true)}
        />
      )}
      <Suspense>
        {asking && (
          <GoingDialog
            project={project}
            name={isMe ? undefined : name}
            error={remove.error}
            busy={remove.isPending}
            onGo={() => remove.mutate({ path: { project_id: project.id, user_id: member.user_id } })}
            onClose={() => {
              setAsking(false);
              remove.reset();
            }}
          />
        )}
      </Suspense>
    </li>
  );
}

/** Removes a member; one who leaves has nothing more to see here. */
function useGoing(project: ProjectRead, member: MemberRead, isMe: boolean) {
  const navigate = useNavigate();
  return useAction(removeMemberMutation(), {
    onSuccess: async () => {
      if (isMe) {
        await navigate({ to: '/projects' });
        await stale('listProjects');
        void say(`You have left ${project.name}`);
        return;
      }
      await stale('listTeam');
      void say(`${member.display_name || member.username} is no longer in this project`);
    },
  });
}
