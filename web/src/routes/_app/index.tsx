import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { listProjectsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Page } from '@/components/page';
import { RECENT } from '@/components/shell/sidebar';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
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
      {data.total <= 1 && <FirstProject />}
    </Page>
  );
}

function FirstProject() {
  return (
    <Empty
      title="Start with a project"
      action={
        <Button look="ink" onClick={() => overlay('new-project')}>
          New project
        </Button>
      }
    >
      A project holds the source of one thing you build, and every run that works on it. “Personal” is yours alone, for
      trying things out.
    </Empty>
  );
}
