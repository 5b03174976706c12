import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { ProjectRead } from '@/api/gen';
import { listInvitationsOptions, listTeamOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { NotRead } from '@/components/not-read';
import { Pager } from '@/components/pager';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { BoneRows } from '@/components/ui/skeleton';
import { NewProjectButton } from '@/features/projects/new-project-button';
import { useProject } from '@/features/projects/use-project';
import { InvitationRow } from '@/features/team/invitation-row';
import { MemberRow } from '@/features/team/member-row';
import { ProjectTeams } from '@/features/teams/project-teams';
import { problem } from '@/lib/problem';
import { useWhyNotIn } from '@/lib/rights';

type Search = { page?: number | undefined };

const PAGE_SIZE = 50;
const LIST = 'overflow-hidden rounded-panel border border-line bg-panel';

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
      <Members project={project} />
      {project.permissions.includes('team:manage') && <Invitations project={project} />}
      <ProjectTeams project={project} />
    </div>
  );
}

function Members({ project }: { project: ProjectRead }) {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const [inviting, setInviting] = useState(false);
  const denied = useWhyNotIn(project, 'team:manage');
  const { data, error, refetch } = useQuery({ ...options(project.id, search), placeholderData: keepPreviousData });
  if (error) return <Broken error={problem(error)} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="The team is on its way" />;
  return (
    <section aria-labelledby="members">
      <div className="mb-2 flex items-center gap-4">
        <h2 id="members" className="flex-1">
          Members <span className="num font-normal text-faint">{data.total}</span>
        </h2>
        <Button
          look="ink"
          icon={<UserPlus />}
          denied={denied}
          onPointerEnter={() => void load()}
          onFocus={() => void load()}
          onClick={() => setInviting(true)}
        >
          Invite
        </Button>
      </div>
      <ul className={LIST}>
        {data.items.map((member) => (
          <MemberRow key={member.user_id} project={project} member={member} />
        ))}
      </ul>
      {data.total === 1 && !denied && (
        <p className="mt-2 text-mute">Only you so far. Invite those you work with, by e-mail or username.</p>
      )}
      <Pager
        page={data.page}
        pageSize={data.page_size}
        total={data.total}
        what="members"
        words={['Before', 'After']}
        onPage={(page) => void navigate({ search: { page } })}
      />
      <Suspense>{inviting && <InviteDialog project={project} onClose={() => setInviting(false)} />}</Suspense>
    </section>
  );
}

/** Who was invited and has not answered yet, for those who may take it back. */
function Invitations({ project }: { project: ProjectRead }) {
  const read = useQuery(listInvitationsOptions({ path: { project_id: project.id }, query: { page_size: PAGE_SIZE } }));
  const { data } = read;
  if (read.isError && !data) return <NotRead what="The invitations" of={read} />;
  if (!data?.items.length) return null;
  return (
    <section aria-labelledby="invited">
      <h2 id="invited" className="mb-2">
        Invited <span className="num font-normal text-faint">{data.total}</span>
      </h2>
      <ul className={LIST}>
        {data.items.map((invitation) => (
          <InvitationRow key={invitation.id} project={project} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}
