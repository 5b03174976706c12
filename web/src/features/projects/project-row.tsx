import { Link } from '@tanstack/react-router';
import type { ProjectRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { ProjectKey } from '@/components/ui/avatar';

const ROLE = { owner: 'Owner', member: 'Member', viewer: 'Viewer', admin: 'As admin' };

/** A project in a list; the whole row leads to it. */
export function ProjectRow({ project }: { project: ProjectRead }) {
  return (
    <li className="group relative border-line border-b last:border-0 hover:bg-raise/60">
      <div className="flex min-h-11 items-center gap-3 px-4 py-2 md:px-[1.125rem]">
        <ProjectKey of={project.key} className="w-12" />
        <div className="min-w-0 flex-1 md:flex md:items-baseline md:gap-3">
          <Link
            to="/projects/$projectId"
            data-row-link
            params={{ projectId: project.id }}
            className="shrink-0 font-[520] outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ink"
          >
            {project.name}
          </Link>
          <p className="truncate text-mute">{project.description}</p>
        </div>
        <span className="w-16 text-mute max-md:hidden">{ROLE[project.role]}</span>
        <Ago at={project.updated_at} className="relative w-24 text-right text-mute text-xs max-sm:w-auto" />
      </div>
    </li>
  );
}
