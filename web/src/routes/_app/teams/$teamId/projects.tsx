import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import type { TeamProjectRead } from '@/api/gen';
import { listTeamProjectsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { ProjectKey } from '@/components/ui/avatar';
import { ButtonLink } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { Empty } from '@/components/ui/empty';
import { BoneRows } from '@/components/ui/skeleton';
import { problem } from '@/lib/problem';

export const Route = createFileRoute('/_app/teams/$teamId/projects')({
  loader: ({ context, params }) =>
    void context.queryClient.prefetchQuery(listTeamProjectsOptions({ path: { team_id: params.teamId } })),
  component: Projects,
});

function Projects() {
  const { teamId } = Route.useParams();
  const { data, error, refetch } = useQuery(listTeamProjectsOptions({ path: { team_id: teamId } }));
  if (error && !data) return <Broken error={problem(error)} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="Projects are on their way" />;
  if (!data.items.length) {
    return (
      <Empty title="No project yet" action={<ButtonLink to="/projects">Open your projects</ButtonLink>}>
        An owner of a project grants it to this team on the project’s page Team. Then everybody in here is in it.
      </Empty>
    );
  }
  return (
    <ul className="border-line border-b">
      {data.items.map((project) => (
        <Row key={project.project_id} project={project} />
      ))}
    </ul>
  );
}

function Row({ project }: { project: TeamProjectRead }) {
  return (
    <li className="relative flex min-h-11 items-center gap-3 border-line border-b px-4 py-2 last:border-0 hover:bg-raise/60 md:px-[1.125rem]">
      <ProjectKey of={project.key} className="w-12" />
      <Link
        to="/projects/$projectId"
        params={{ projectId: project.project_id }}
        data-row-link
        className="min-w-0 flex-1 truncate font-[520] outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ink"
      >
        {project.name}
      </Link>
      {project.archived && <Chip>Archived</Chip>}
      <span className="text-mute">{project.role === 'member' ? 'Members work' : 'Everybody only reads'}</span>
    </li>
  );
}
