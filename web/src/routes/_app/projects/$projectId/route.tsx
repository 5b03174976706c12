import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, Outlet } from '@tanstack/react-router';
import { Archive, Eye } from 'lucide-react';
import { getProjectOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Page } from '@/components/page';
import { Tab, Tabs } from '@/components/tabs';
import { ProjectKey } from '@/components/ui/avatar';
import { Chip } from '@/components/ui/chip';
import { FavoriteButton } from '@/features/projects/favorite-button';
import { NewTaskButton } from '@/features/tasks/new-task-button';
import { useTaskFilter } from '@/features/tasks/use-task-filter';
import { useShortcuts } from '@/lib/shortcuts';

export const Route = createFileRoute('/_app/projects/$projectId')({
  // Before its parts are: of a project that is not there, one answer is enough.
  beforeLoad: async ({ context, params }) => {
    await context.queryClient.ensureQueryData(getProjectOptions({ path: { project_id: params.projectId } }));
  },
  component: Project,
});

const CRUMBS = [{ label: 'Projects', link: { to: '/projects' } }] as const;

function Project() {
  const params = Route.useParams();
  const { data } = useSuspenseQuery(getProjectOptions({ path: { project_id: params.projectId } }));
  const project = data.data;
  const filter = useTaskFilter();
  const navigate = Route.useNavigate();
  useShortcuts([
    { keys: 'G O', does: 'Go to the project’s overview', run: () => void navigate({ to: '.' }) },
    { keys: 'G B', does: 'Go to the board', run: () => void navigate({ to: './board', search: filter }) },
    { keys: 'G L', does: 'Go to the list', run: () => void navigate({ to: './list', search: filter }) },
  ]);
  return (
    <Page
      title={project.name}
      actions={project.permissions.includes('task:create') && <NewTaskButton look="line" />}
      crumbs={CRUMBS}
      beside={
        <>
          <ProjectKey of={project.key} />
          <FavoriteButton project={project} className="-mx-1" />
          {project.archived_at && (
            <span data-tip="Everything can be read, nothing changed.">
              <Chip icon={<Archive />}>Archived</Chip>
            </span>
          )}
          {project.role === 'admin' && (
            <span data-tip="You are no member. That you look is kept in the project’s history.">
              <Chip tone="warn" icon={<Eye />}>
                As administrator
              </Chip>
            </span>
          )}
        </>
      }
      below={
        <Tabs label="Project">
          <Tab to="/projects/$projectId" params={params} activeOptions={{ exact: true }} aria-keyshortcuts="G O">
            Overview
          </Tab>
          <Tab to="/projects/$projectId/board" params={params} search={filter} aria-keyshortcuts="G B">
            Board
          </Tab>
          <Tab to="/projects/$projectId/list" params={params} search={filter} aria-keyshortcuts="G L">
            List
          </Tab>
          <Tab to="/projects/$projectId/source" params={params} search={{}}>
            Source
          </Tab>
          <Tab to="/projects/$projectId/files" params={params} search={{}}>
            Files
          </Tab>
          <Tab to="/projects/$projectId/analyses" params={params} search={{}}>
            Analyses
          </Tab>
          <Tab to="/projects/$projectId/runs" params={params} search={{}}>
            Runs
          </Tab>
          <Tab to="/projects/$projectId/team" params={params} search={{}}>
            Team
          </Tab>
          <Tab to="/projects/$projectId/settings" params={params}>
            Settings
          </Tab>
        </Tabs>
      }
    >
      <Outlet />
    </Page>
  );
}
