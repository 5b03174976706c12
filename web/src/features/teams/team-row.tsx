import { Link } from '@tanstack/react-router';
import { Layers, Users } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TeamRead } from '@/api/gen';
import { plural } from '@/lib/format';
import { teamRoleLabel } from './roles';

/** A team in a list; the whole row leads to it. */
export function TeamRow({ team }: { team: TeamRead }) {
  return (
    <li className="group relative border-line border-b last:border-0 hover:bg-raise/60">
      <div className="flex min-h-11 items-center gap-3 px-4 py-2 md:px-[1.125rem]">
        <div className="min-w-0 flex-1 md:flex md:items-baseline md:gap-3">
          <Link
            to="/teams/$teamId"
            params={{ teamId: team.id }}
            search={{}}
            data-row-link
            className="block max-w-full shrink-0 truncate font-[520] outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ink md:max-w-96"
          >
            {team.name}
          </Link>
          <p className="truncate text-mute">{team.description}</p>
        </div>
        <Figure icon={<Users aria-hidden="true" className="size-3.5" />} count={team.members} what="member" />
        <Figure icon={<Layers aria-hidden="true" className="size-3.5" />} count={team.projects} what="project" />
        <span className="w-16 text-right text-mute max-sm:hidden">{team.role && teamRoleLabel(team.role)}</span>
      </div>
    </li>
  );
}

function Figure({ icon, count, what }: { icon: ReactNode; count: number; what: string }) {
  return (
    <span className="num relative flex w-9 items-center gap-1 text-mute text-xs" data-tip={plural(count, what)}>
      {icon}
      {count}
      <span className="sr-only"> {what}s</span>
    </span>
  );
}
