import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { listProjectsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Page } from '@/components/page';
import { RECENT } from '@/components/shell/sidebar';
import { Button } from '@/components/ui/button';
import { ProjectRow } from '@/features/projects/project-row';
import { overlay } from '@/lib/overlay';

const recent = listProjectsOptions(RECENT);

export const Route = createFileRoute('/_app/')({
  loader: ({ context }) => context.queryClient.ensureQueryData(recent),
  component: MyWork,
});

function MyWork() {
  const { data } = useSuspenseQuery(recent);
  return (
    <Page
      title="My work"
      actions={
        <Button look="ink" aria-keyshortcuts="N" onClick={() => overlay('new-project')}>
          New project
        </Button>
      }
    >
      <section aria-labelledby="projects">
        <header className="flex items-baseline justify-between px-4 pt-5 pb-2 md:px-[1.125rem]">
          <h2 id="projects">Projects</h2>
          <Link to="/projects" className="text-mute text-xs hover:text-fg">
            All {data.total}
          </Link>
        </header>
        <ul className="border-line border-y">
          {data.items.map((project) => (
            <ProjectRow key={project.id} project={project} />
          ))}
        </ul>
      </section>
    </Page>
  );
}
