import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { listJobsOptions, listProjectsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Page } from '@/components/page';
import { RECENT } from '@/components/shell/sidebar';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { Stop, Track } from '@/components/ui/track';
import { RunRow } from '@/features/jobs/run-row';
import { NewProjectButton } from '@/features/projects/new-project-button';
import { ProjectRow } from '@/features/projects/project-row';
import { SampleButton } from '@/features/projects/sample';
import { MyTasks, myTasks } from '@/features/tasks/my-tasks';
import { NewTaskButton } from '@/features/tasks/new-task-button';
import { count } from '@/lib/format';
import { useFollowJobs } from '@/lib/liveCache';
import { overlay } from '@/lib/overlay';
import { useWhyNot } from '@/lib/rights';

const projects = listProjectsOptions(RECENT);
const runs = listJobsOptions({ query: { page_size: 8 } });

export const Route = createFileRoute('/_app/')({
  loader: ({ context }) =>
    Promise.all([
      context.queryClient.ensureQueryData(projects),
      context.queryClient.ensureQueryData(runs),
      context.queryClient.ensureQueryData(myTasks),
    ]),
  component: MyWork,
});

function MyWork() {
  const { data: mine } = useSuspenseQuery(projects);
  const { data: recent } = useSuspenseQuery(runs);
  useFollowJobs(recent.items);
  const { data: tasks } = useSuspenseQuery(myTasks);
  const isNew = mine.total <= 1 && recent.total === 0 && tasks.total === 0;
  const mayStart = !useWhyNot('project:create');
  return (
    <Page title="My work" actions={isNew ? <NewProjectButton look="line" /> : <NewTaskButton />}>
      {isNew && (mayStart ? <FirstSteps /> : <NothingYet />)}
      {!isNew && <MyTasks />}
      {recent.total > 0 && (
        <section aria-labelledby="runs">
          <Heading id="runs" title="Recent runs">
            <Link to="/runs" search={{}}>
              All {count(recent.total)}
            </Link>
          </Heading>
          <ul className="border-line border-y">
            {recent.items.map((job) => (
              <RunRow key={job.id} job={job} />
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="projects">
        <Heading id="projects" title="Projects">
          <Link to="/projects" search={{}}>
            All {count(mine.total)}
          </Link>
        </Heading>
        <ul className="border-line border-y">
          {mine.items.map((project) => (
            <ProjectRow key={project.id} project={project} />
          ))}
        </ul>
      </section>
    </Page>
  );
}

function Heading({ id, title, children }: { id: string; title: string; children: React.ReactNode }) {
  return (
    <header className="flex items-baseline justify-between px-4 pt-5 pb-2 md:px-[1.125rem] [&_a]:text-mute [&_a]:text-xs [&_a:hover]:text-fg">
      <h2 id={id}>{title}</h2>
      {children}
    </header>
  );
}

/** For an account that only reads, and has nothing to read. */
function NothingYet() {
  return (
    <Empty title="Nothing to read yet">
      Your account only reads. Ask an owner to put you into a project; its reports and runs will be here.
    </Empty>
  );
}

/** The way to a first report. */
function FirstSteps() {
  return (
    <Empty
      title="See what it does, on real source"
      action={
        <>
          <SampleButton look="ink" />
          <Button onClick={() => overlay('new-project')}>Start with your own</Button>
        </>
      }
    >
      <Track className="[--gap:0.5rem]">
        <Stop signal="now" said="First">
          Open the sample, a small bookshop with real faults
        </Stop>
        <Stop signal="ahead" said="Then">
          Analyse it, and watch the run live
        </Stop>
        <Stop signal="ahead" said="Last" last>
          Read the report: score, findings, what to do first
        </Stop>
      </Track>
    </Empty>
  );
}
