import { useSuspenseQueries } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import {
  listAnalysesOptions,
  listProjectJobsOptions,
  listSourceSnapshotsOptions,
} from '@/api/gen/@tanstack/react-query.gen';
import { Fact, Facts } from '@/components/facts';
import { Panel } from '@/components/panel';
import { Sparkline } from '@/components/sparkline';
import { Ago } from '@/components/ui/ago';
import { AnalyseButton } from '@/features/analysis/analyse-button';
import { LatestAnalysis } from '@/features/analysis/latest';
import { trendTo } from '@/features/analysis/trend';
import { Comments } from '@/features/comments/comments';
import { RunRow } from '@/features/jobs/run-row';
import { isOver } from '@/features/jobs/status';
import { useProject } from '@/features/projects/use-project';
import { DropZone } from '@/features/source/drop-zone';
import { NoSource } from '@/features/source/no-source';
import { Revision } from '@/features/source/revision';
import { short } from '@/features/source/short';
import { OpenTasks, openTasks } from '@/features/tasks/open-tasks';
import { bytes, plural, worded } from '@/lib/format';
import { useFollowJobs } from '@/lib/liveCache';
import { useWhyNotIn } from '@/lib/rights';

const options = (projectId: string) => {
  const path = { project_id: projectId };
  return [
    listSourceSnapshotsOptions({ path, query: { page_size: 1 } }),
    listAnalysesOptions({ path, query: { page_size: 20 } }),
    listProjectJobsOptions({ path, query: { page_size: 5 } }),
  ] as const;
};

export const Route = createFileRoute('/_app/projects/$projectId/')({
  loader: ({ context, params }) => {
    const [snapshots, analyses, jobs] = options(params.projectId);
    const { queryClient } = context;
    return Promise.all([
      queryClient.ensureQueryData(snapshots),
      queryClient.ensureQueryData(analyses),
      queryClient.ensureQueryData(jobs),
      queryClient.ensureQueryData(openTasks(params.projectId)),
    ]);
  },
  component: Overview,
});

function Overview() {
  const { projectId } = Route.useParams();
  const project = useProject(projectId);
  const [snapshots, analyses, jobs] = useSuspenseQueries({ queries: options(projectId) });
  useFollowJobs(jobs.data.items);
  const newest = snapshots.data.items[0];
  const latest = analyses.data.items.find((one) => one.status === 'completed');
  const noUpload = useWhyNotIn(project, 'file:upload');
  return (
    <div className="grid items-start gap-x-6 gap-y-4 px-4 py-5 md:px-[1.125rem] lg:grid-cols-[minmax(0,1fr)_16rem]">
      <div className="grid min-w-0 gap-4">
        {project.description && <p className="max-w-prose text-mute [text-wrap:pretty]">{project.description}</p>}
        {latest && (
          <LatestAnalysis analysis={latest}>
            <Sparkline values={trendTo(latest, analyses.data.items)} label="Quality" />
          </LatestAnalysis>
        )}
        {newest && !latest && jobs.data.items.every(({ kind, status }) => kind !== 'analysis' || isOver(status)) && (
          <Panel title="Next">
            <div className="flex flex-wrap items-center gap-3 p-3.5">
              <p className="min-w-52 flex-1 text-mute [text-wrap:pretty]">
                There is source, and no report of it yet. An analysis says how good it is, and what to do first.
              </p>
              <AnalyseButton projectId={projectId} />
            </div>
          </Panel>
        )}
        <OpenTasks project={project} />
        {!newest && !noUpload && (
          <DropZone projectId={projectId} first afterwards={<AnalyseButton projectId={projectId} />} />
        )}
        {!newest && noUpload && <NoSource why={noUpload} />}
        {jobs.data.items.length > 0 && (
          <Panel title="Recent runs" className="overflow-hidden">
            <ul>
              {jobs.data.items.map((job) => (
                <RunRow key={job.id} job={job} project={false} />
              ))}
            </ul>
          </Panel>
        )}
        <section aria-labelledby="talk">
          <h2 id="talk" className="mb-3">
            Talk
          </h2>
          <Comments thing={{ projectId, type: 'project', id: projectId }} />
        </section>
      </div>
      <aside aria-label="Facts">
        <Facts>
          {newest && (
            <Fact name="Source">
              <Link
                to="/projects/$projectId/source/$snapshotId"
                params={{ projectId, snapshotId: newest.id }}
                search={{}}
                className="underline-offset-2 hover:underline"
              >
                <code>{short(newest.source_id)}</code> {newest.origin.name}
              </Link>
              <span className="block text-mute text-xs">
                <Revision origin={newest.origin} />
              </span>
              <span className="num block text-mute text-xs">
                {plural(newest.files, 'file')}, {bytes(newest.size_bytes)}, <Ago at={newest.uploaded_at} />
              </span>
            </Fact>
          )}
          <Fact name="Key">
            <code>{project.key}</code>
          </Fact>
          <Fact name="Your role">{project.role && worded(project.role)}</Fact>
          <Fact name="Made">
            <Ago at={project.created_at} />
          </Fact>
        </Facts>
      </aside>
    </div>
  );
}
