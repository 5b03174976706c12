import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { TemplateRead } from '@/api/gen';
import { deleteTemplateMutation, listTemplatesOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Page } from '@/components/page';
import { Button } from '@/components/ui/button';
import { BoneRows } from '@/components/ui/skeleton';
import { TagChip } from '@/features/projects/tags';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { plural } from '@/lib/format';
import { problem } from '@/lib/problem';
import { useWhyNot } from '@/lib/rights';
import { say, sayFailed } from '@/lib/toasts';

const load = () => import('@/features/projects/new-project');
const NewProject = lazy(load);

const options = listTemplatesOptions();

export const Route = createFileRoute('/_app/projects/templates')({
  loader: ({ context }) => void context.queryClient.prefetchQuery(options),
  component: Templates,
});

function Templates() {
  const [chosen, setChosen] = useState<string | null>(null);
  const { data, error, refetch } = useQuery(options);
  return (
    <Page title="Templates" crumbs={[{ label: 'Projects', link: { to: '/projects' } }]}>
      {error && !data && <Broken error={problem(error)} reset={() => void refetch()} />}
      {!error && !data && <BoneRows label="Templates are on their way" />}
      {data && (
        <div className="max-w-4xl px-4 py-5 md:px-[1.125rem]">
          <p className="mb-4 text-mute [text-wrap:pretty]">
            What a new project can begin with. Make one of your own in the settings of a project.
          </p>
          <ul className="overflow-hidden rounded-panel border border-line bg-panel">
            {data.items.map((template) => (
              <Row key={template.id} template={template} onUse={() => setChosen(template.id)} />
            ))}
          </ul>
        </div>
      )}
      <Suspense>{chosen !== null && <NewProject template={chosen} onClose={() => setChosen(null)} />}</Suspense>
    </Page>
  );
}

/** A template: what it is for, and, opened, the tasks it brings. */
function Row({ template, onUse }: { template: TemplateRead; onUse: () => void }) {
  const remove = useAction(deleteTemplateMutation(), {
    onSuccess: () => {
      void say(`${template.name} is deleted`);
      return stale('listTemplates');
    },
    onError: (error) => void sayFailed(`${template.name} was not deleted`, error),
  });
  return (
    <li className="grid gap-2 border-line border-b px-3.5 py-3 last:border-0">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="text-sm [overflow-wrap:anywhere]">{template.name}</h2>
          <p className="text-mute [overflow-wrap:anywhere]">{template.description || 'Made by you from a project.'}</p>
        </div>
        {!template.built_in && (
          <Button
            look="quiet"
            icon={<Trash2 />}
            aria-label={`Delete the template ${template.name}`}
            data-tip="Delete"
            aria-disabled={remove.isPending || undefined}
            onClick={() => remove.mutate({ path: { template_id: template.id } })}
          />
        )}
        <Button
          denied={useWhyNot('project:create')}
          aria-label={`Use ${template.name}`}
          onPointerEnter={() => void load()}
          onFocus={() => void load()}
          onClick={onUse}
        >
          Use
        </Button>
      </div>
      <div className="flex flex-wrap gap-1.5">
        {template.labels.map((label) => (
          <TagChip key={label.name} tag={label} />
        ))}
      </div>
      {template.tasks.length > 0 && (
        <details>
          <summary className="cursor-pointer text-mute text-xs">{plural(template.tasks.length, 'task')}</summary>
          <ol className="mt-1.5 grid list-decimal gap-1 pl-6 text-mute">
            {template.tasks.map((task, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: tasks are named by their place
              <li key={index} className={task.parent === null ? '' : 'ml-4'}>
                <span className="text-fg">{task.title}</span>
                {task.depends_on.length > 0 && (
                  <span className="text-xs"> after {task.depends_on.map((other) => other + 1).join(', ')}</span>
                )}
              </li>
            ))}
          </ol>
        </details>
      )}
    </li>
  );
}
