import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { lazy } from 'react';
import type { ProjectRead } from '@/api/gen';
import { listInvitationsOptions, listTeamOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Empty } from '@/components/ui/empty';
import { NewProjectButton } from '@/features/projects/new-project-button';
import { useProject } from '@/features/projects/use-project';
import { InvitationRow } from '@/features/team/invitation-row';
import { MemberRow } from '@/features/team/member-row';
import { Invited, Members } from '@/features/team/people';
import { ProjectTeams } from '@/features/teams/project-teams';
import { useWhyNotIn } from '@/lib/rights';

type Search = { page?: number | undefined };

const PAGE_SIZE = 50;

const load = () => import('@/features/team/invite-dialog');
const InviteDialog = lazy(load);

function options(projectId: string, { page = 1 }: Search) {
  return listTeamOptions({ path: { project_id: projectId }, query: { page, page_size: PAGE_SIZE } });
}

export const Route = createFileRoute('/_app/projects/$projectId/team')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => void context.queryClient.prefetchQuery(options(params.projectId, deps)),
  component: Team,
});

function Team() {
  const project = useProject(Route.useParams().projectId);
  if (project.is_personal) {
    return (
      <Empty title="This project is yours alone" action={<NewProjectButton />}>
        A personal project is for one. To work with others, make a project and invite them.
      </Empty>
    );
  }
  return (
    <div className="grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-6 px-4 py-5 md:px-[1.125rem]">
      <People project={project} />
      {project.permissions.includes('team:manage') && <Invitations project={project} />}
      <ProjectTeams project={project} />
    </div>
  );
}

function People({ project }: { project: ProjectRead }) {
  const navigate = useNavigate({ from: Route.fullPath });
  const search = Route.useSearch();
  return (
    <Members
      read={useQuery({ ...options(project.id, search), placeholderData: keepPreviousData })}
      denied={useWhyNotIn(project, 'team:manage')}
      row={(member) => <MemberRow key={member.user_id} project={project} member={member} />}
      preload={load}
      dialog={(close) => <InviteDialog project={project} onClose={close} />}
      onPage={(page) => void navigate({ search: { page } })}
    />
  );
}

function Invitations({ project }: { project: ProjectRead }) {
  const query = listInvitationsOptions({ path: { project_id: project.id }, query: { page_size: PAGE_SIZE } });
  return (
    <Invited
      read={useQuery(query)}
      row={(invitation) => <InvitationRow key={invitation.id} project={project} invitation={invitation} />}
    />
  );
}
