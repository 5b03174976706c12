import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AnyProjectRead } from '@/api/gen';
import { listAllProjectsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Pager } from '@/components/pager';
import { Ago } from '@/components/ui/ago';
import { Person, ProjectKey } from '@/components/ui/avatar';
import { Empty } from '@/components/ui/empty';
import { BoneRows } from '@/components/ui/skeleton';
import { plural } from '@/lib/format';

const PAGE_SIZE = 30;

type AllProjectsProps = {
  search: { q?: string | undefined; page?: number | undefined };
  onPage: (page: number) => void;
};

/** Everybody's projects, for administrators. */
export function AllProjects({ search: { q, page = 1 }, onPage }: AllProjectsProps) {
  const query = { page, page_size: PAGE_SIZE, ...(q ? { q } : {}) };
  const { data, error, refetch } = useQuery({
    ...listAllProjectsOptions({ query }),
    placeholderData: keepPreviousData,
  });
  if (error && !data) return <Broken error={error} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="Projects are on their way" />;
  if (!data.items.length) {
    return (
      <Empty title={q ? 'No project matches' : 'No projects yet'}>
        {q ? `No project, and no owner of one, has “${q}” in its name.` : 'Personal projects are not listed here.'}
      </Empty>
    );
  }
  return (
    <>
      <ul className="border-line border-b">
        {data.items.map((project) => (
          <Row key={project.id} project={project} />
        ))}
      </ul>
      <Pager page={data.page} pageSize={data.page_size} total={data.total} what="projects" onPage={onPage} />
    </>
  );
}

function Row({ project }: { project: AnyProjectRead }) {
  const { owner } = project;
  const name = owner.display_name || owner.username;
  return (
    <li className="relative border-line border-b last:border-0 hover:bg-raise/60">
      <div className="flex min-h-11 items-center gap-3 px-4 py-2 md:px-[1.125rem]">
        <ProjectKey of={project.key} className="w-12" />
        <Link
          to="/projects/$projectId"
          data-row-link
          params={{ projectId: project.id }}
          className="min-w-0 flex-1 truncate font-[520] outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ink"
        >
          {project.name}
        </Link>
        <span className="flex min-w-0 items-center gap-2 sm:w-48">
          <Person id={owner.id} name={name} />
          <span className="truncate text-mute max-sm:sr-only">{name}</span>
        </span>
        <span className="num w-24 text-mute max-md:hidden">{plural(project.members, 'member')}</span>
        <Ago at={project.updated_at} className="relative w-20 text-right text-mute text-xs max-sm:hidden" />
      </div>
    </li>
  );
}
