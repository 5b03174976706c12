import { createFileRoute, Outlet } from '@tanstack/react-router';
import { Eye } from 'lucide-react';
import { getTeamOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Page } from '@/components/page';
import { Tab, Tabs } from '@/components/tabs';
import { Chip } from '@/components/ui/chip';
import { useFollowTeam, useTeam } from '@/features/teams/use-team';

export const Route = createFileRoute('/_app/teams/$teamId')({
  // Before its parts are: of a team that is not there, one answer is enough.
  beforeLoad: async ({ context, params }) => {
    await context.queryClient.ensureQueryData(getTeamOptions({ path: { team_id: params.teamId } }));
  },
  component: Team,
});

const CRUMBS = [{ label: 'Teams', link: { to: '/teams', search: {} } }] as const;

function Team() {
  const params = Route.useParams();
  const team = useTeam(params.teamId);
  useFollowTeam(team.id);
  return (
    <Page
      title={team.name}
      crumbs={CRUMBS}
      beside={
        !team.role && (
          <span data-tip="You are no member. You see it to put it in order.">
            <Chip tone="warn" icon={<Eye />}>
              As administrator
            </Chip>
          </span>
        )
      }
      below={
        <Tabs label="Team">
          <Tab to="/teams/$teamId" params={params} search={{}} activeOptions={{ exact: true }} count={team.members}>
            People
          </Tab>
          <Tab to="/teams/$teamId/projects" params={params} count={team.projects}>
            Projects
          </Tab>
          <Tab to="/teams/$teamId/settings" params={params}>
            Settings
          </Tab>
        </Tabs>
      }
    >
      <Outlet />
    </Page>
  );
}
