import { createFileRoute } from '@tanstack/react-router';
import { Fact, Facts } from '@/components/facts';
import { Ago } from '@/components/ui/ago';
import { useProject } from '@/features/projects/use-project';

export const Route = createFileRoute('/_app/projects/$projectId/')({ component: Overview });

function Overview() {
  const project = useProject(Route.useParams().projectId);
  return (
    <div className="grid gap-8 px-4 py-6 md:px-[1.125rem] lg:grid-cols-[minmax(0,1fr)_17rem]">
      <div>
        <p className="max-w-prose text-mute [text-wrap:pretty]">
          {project.description || 'This project has no description yet.'}
        </p>
      </div>
      <aside aria-label="Facts">
        <Facts>
          <Fact name="Key">
            <code>{project.key}</code>
          </Fact>
          <Fact name="Your role">{project.role}</Fact>
          <Fact name="Made">
            <Ago at={project.created_at} />
          </Fact>
          <Fact name="Changed">
            <Ago at={project.updated_at} />
          </Fact>
        </Facts>
      </aside>
    </div>
  );
}
