import { LayoutGrid, List, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { createView, type ViewRead } from '@/api/gen';
import { deleteViewMutation, updateViewMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Empty } from '@/components/ui/empty';
import { inputClass } from '@/components/ui/field';
import { Switch } from '@/components/ui/switch';
import { useProject } from '@/features/projects/use-project';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useWhyNotIn } from '@/lib/rights';
import { useMe } from '@/lib/session';
import { say, sayFailed } from '@/lib/toasts';

type ManageViewsProps = { projectId: string; views: readonly ViewRead[]; onClose: () => void };

/** The views one may change: what they are called, and who sees them. */
export default function ManageViews({ projectId, views, onClose }: ManageViewsProps) {
  const mine = views.filter((view) => view.can_change);
  return (
    <Dialog open onOpenChange={onClose} title="Saved views" className="sm:w-[34rem]!">
      {mine.length > 0 ? (
        <ul className="grid">
          {mine.map((view) => (
            <Row key={view.id} projectId={projectId} view={view} />
          ))}
        </ul>
      ) : (
        <Empty title="No views are left">Save one from the board or the list.</Empty>
      )}
    </Dialog>
  );
}

function Row({ projectId, view }: { projectId: string; view: ViewRead }) {
  const me = useMe();
  const noShare = useWhyNotIn(useProject(projectId), 'task:update');
  const [name, setName] = useState(view.name);
  const path = { project_id: projectId, view_id: view.id };
  const update = useAction(updateViewMutation(), { onSuccess: () => stale('listViews') });
  const remove = useRemove(projectId, view);
  const Icon = view.layout === 'board' ? LayoutGrid : List;

  function rename() {
    const wanted = name.trim();
    if (!wanted) setName(view.name);
    else if (wanted !== view.name) update.mutate({ path, body: { name: wanted } });
  }

  return (
    <li className="grid gap-1 border-line border-b py-2.5 last:border-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Icon aria-hidden="true" className="size-4 shrink-0 text-mute" strokeWidth={1.75} />
        <input
          aria-label={`Name of ${view.name}`}
          aria-invalid={update.error ? true : undefined}
          value={name}
          maxLength={60}
          onChange={(event) => setName(event.target.value)}
          onBlur={rename}
          onKeyDown={(event) => event.key === 'Enter' && rename()}
          className={`${inputClass} w-auto! flex-1`}
        />
        {(!view.shared || view.owner.id === me.id) && !noShare ? (
          <Switch
            label="Shared"
            checked={view.shared}
            onChange={(shared) => update.mutate({ path, body: { shared } })}
          />
        ) : (
          view.shared && <span className="text-mute">Shared by {view.owner.name}</span>
        )}
        <Button
          look="quiet"
          size="sm"
          icon={<Trash2 />}
          aria-label={`Delete ${view.name}`}
          data-tip="Delete"
          onClick={() => remove.mutate({ path })}
        />
      </div>
      {update.error && (
        <p role="alert" className="text-bad text-xs">
          {update.error.fields.name ?? update.error.message}
        </p>
      )}
    </li>
  );
}

/** Deletes at once, and offers to save the same again. */
function useRemove(projectId: string, { name, layout, search, shared }: ViewRead) {
  return useAction(deleteViewMutation(), {
    onSuccess: () => {
      const again = async () => {
        try {
          await createView({ path: { project_id: projectId }, body: { name, layout, search, shared } });
        } catch (error) {
          void sayFailed(`${name} was not brought back`, error);
        }
        await stale('listViews');
      };
      void say(`The view ${name} is deleted`, { label: 'Undo', run: () => void again() });
      return stale('listViews');
    },
    onError: (error) => void sayFailed(`The view ${name} was not deleted`, error),
  });
}
