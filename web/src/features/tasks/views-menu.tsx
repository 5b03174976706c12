import { useNavigate } from '@tanstack/react-router';
import { Check, LayoutGrid, List, Plus, Save, Settings2 } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ViewRead } from '@/api/gen';
import { updateViewMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/components/ui/menu';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';
import { addressOf, kept, type Layout } from './view-search';

type ViewsMenuProps = {
  trigger: ReactElement;
  views: readonly ViewRead[];
  chosen: ViewRead | undefined;
  /** Whether the page shows something else by now than what is saved. */
  changed: boolean;
  projectId: string;
  layout: Layout;
  search: Record<string, unknown>;
  onDialog: (which: 'save' | 'manage') => void;
};

export default function ViewsMenu({ trigger, views, chosen, changed, onDialog, ...page }: ViewsMenuProps) {
  const shared = views.filter((view) => view.shared);
  const own = views.filter((view) => !view.shared);
  const update = useAction(updateViewMutation(), {
    onSuccess: ({ data }) => {
      void say(`${data.name} is saved as it is now`);
      return stale('listViews');
    },
    onError: (error) => void sayFailed('The view was not saved', error),
  });
  const { projectId, layout, search } = page;
  return (
    <Menu trigger={trigger} align="start" defaultOpen>
      {!views.length && (
        <p className="max-w-60 px-2 py-1.5 text-mute">
          Filters you come back to can be saved, and shared with the team.
        </p>
      )}
      <Some title="Shared with the project" views={shared} chosen={chosen} projectId={projectId} />
      <Some title="Mine" views={own} chosen={chosen} projectId={projectId} />
      <MenuSeparator />
      {chosen?.can_change && changed && (
        <MenuItem
          icon={<Save />}
          onClick={() => {
            const path = { project_id: projectId, view_id: chosen.id };
            update.mutate({ path, body: { layout, search: kept(layout, search) } });
          }}
        >
          Save the changes to {chosen.name}
        </MenuItem>
      )}
      <MenuItem icon={<Plus />} onClick={() => onDialog('save')}>
        Save as a view…
      </MenuItem>
      {views.some((view) => view.can_change) && (
        <MenuItem icon={<Settings2 />} onClick={() => onDialog('manage')}>
          Rename, share, delete…
        </MenuItem>
      )}
    </Menu>
  );
}

type SomeProps = {
  title: string;
  views: readonly ViewRead[];
  chosen: ViewRead | undefined;
  projectId: string;
};

function Some({ title, views, chosen, projectId }: SomeProps) {
  const navigate = useNavigate();
  if (!views.length) return null;
  return (
    <>
      <MenuLabel>{title}</MenuLabel>
      {views.map((view) => (
        <MenuItem
          key={view.id}
          icon={view.layout === 'board' ? <LayoutGrid /> : <List />}
          after={view.id === chosen?.id && <Check aria-label="Chosen" />}
          onClick={() => void navigate({ ...addressOf(view), params: { projectId } })}
        >
          <span className="block max-w-56 truncate">{view.name}</span>
        </MenuItem>
      ))}
    </>
  );
}
