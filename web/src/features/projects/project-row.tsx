import { Link } from '@tanstack/react-router';
import { Users } from 'lucide-react';
import type { ProjectRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { ProjectKey } from '@/components/ui/avatar';
import { Chip } from '@/components/ui/chip';
import { FavoriteButton } from './favorite-button';
import { TagChip } from './tags';

const ROLE = { owner: 'Owner', member: 'Member', viewer: 'Viewer', admin: 'As admin' };
const SHOWN_TAGS = 3;

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
            className="block max-w-full shrink-0 truncate font-[520] outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ink md:max-w-96"
          >
            {project.name}
          </Link>
          <p className="truncate text-mute">{project.description}</p>
        </div>
        {project.archived_at && <Chip>Archived</Chip>}
        <span className="flex gap-1.5 max-lg:hidden">
          {project.tags.slice(0, SHOWN_TAGS).map((tag) => (
            <TagChip key={tag.id} tag={tag} />
          ))}
        </span>
        <span
          className="num flex w-10 items-center gap-1 text-mute text-xs max-md:hidden"
          data-tip={project.members === 1 ? 'Only you' : `${project.members} members`}
        >
          <Users aria-hidden="true" className="size-3.5" />
          {project.members}
          <span className="sr-only"> members</span>
        </span>
        <span className="w-16 text-mute max-md:hidden">{ROLE[project.role]}</span>
        <Ago at={project.updated_at} className="relative w-24 text-right text-mute text-xs max-sm:w-auto" />
        <FavoriteButton
          project={project}
          className={`relative -mr-1.5 ${project.is_favorite ? '' : 'opacity-0 focus-visible:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100'}`}
        />
      </div>
    </li>
  );
}
