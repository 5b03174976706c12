import { Bookmark, ChevronDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '@/components/ui/button';
import { useViews } from './use-views';
import { isAsSaved, type Layout } from './view-search';

const loadMenu = () => import('./views-menu');
const ViewsMenu = lazy(loadMenu);
const SaveView = lazy(() => import('./save-view'));
const ManageViews = lazy(() => import('./manage-views'));

type ViewsButtonProps = { projectId: string; layout: Layout; search: Record<string, unknown> };

/** Which saved view a page began with, and the way to others. */
export function ViewsButton({ projectId, layout, search }: ViewsButtonProps) {
  const [wanted, setWanted] = useState(false);
  const [dialog, setDialog] = useState<'save' | 'manage' | null>(null);
  const views = useViews(projectId);
  const chosen = views.find(({ id }) => id === search.view);
  const changed = chosen !== undefined && !isAsSaved(chosen, layout, search);
  const trigger = (
    <Button
      icon={<Bookmark className="text-mute" />}
      aria-haspopup="menu"
      after={<ChevronDown className="text-faint" />}
      onPointerEnter={() => void loadMenu()}
      onFocus={() => void loadMenu()}
      onClick={() => setWanted(true)}
    >
      {chosen ? (
        <>
          <span className="sr-only">View: </span>
          <span className="max-w-40 truncate">{chosen.name}</span>
          {changed && <span className="font-normal text-mute">changed</span>}
        </>
      ) : (
        'Views'
      )}
    </Button>
  );
  const close = () => setDialog(null);
  return (
    <Suspense fallback={trigger}>
      {wanted ? (
        <ViewsMenu
          trigger={trigger}
          views={views}
          chosen={chosen}
          changed={changed}
          projectId={projectId}
          layout={layout}
          search={search}
          onDialog={setDialog}
        />
      ) : (
        trigger
      )}
      {dialog === 'save' && <SaveView projectId={projectId} layout={layout} search={search} onClose={close} />}
      {dialog === 'manage' && <ManageViews projectId={projectId} views={views} onClose={close} />}
    </Suspense>
  );
}
