import { useRouter } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { followMe } from '@/lib/liveCache';
import { overlay, useOverlay } from '@/lib/overlay';
import { useWhyNot } from '@/lib/rights';
import { useRowKeys } from '@/lib/rows';
import { useMe } from '@/lib/session';
import { singleKeys, useShortcuts } from '@/lib/shortcuts';
import { undoLast } from '@/lib/toasts';
import { BottomNav } from './bottom-nav';
import { usePlaces } from './nav';
import { Sidebar } from './sidebar';

const Help = lazy(() => import('./help'));
const More = lazy(() => import('./more'));
const NewTask = lazy(() => import('@/features/tasks/new-task'));
const NewProject = lazy(() => import('@/features/projects/new-project'));
const Palette = lazy(() => import('./palette'));
const ToastLayer = lazy(() => import('@/components/ui/toast'));

function useGlobalKeys(): void {
  const router = useRouter();
  const mayStart = !useWhyNot('project:create');
  const mayPlan = !useWhyNot('task:create');
  useShortcuts(
    [
      { keys: 'Mod+K', does: 'Search or do', run: () => overlay('palette') },
      ...(mayPlan ? [{ keys: 'C', does: 'New task', run: () => overlay('new-task') }] : []),
      ...(mayStart ? [{ keys: 'N', does: 'New project', run: () => overlay('new-project') }] : []),
      ...usePlaces().map((place) => ({
        keys: place.keys,
        does: `Go to ${place.label.toLowerCase()}`,
        run: () => void router.navigate({ to: place.to }),
      })),
      { keys: 'Mod+Z', does: 'Undo what was just done', run: undoLast },
      { keys: 'F6', does: 'Go to what a message offers' },
      { keys: '?', does: 'Show these shortcuts', run: () => overlay('help') },
    ],
    true,
  );
}

/** What stands around every page of a signed-in person. */
export function Shell({ children }: { children: ReactNode }) {
  const me = useMe();
  const open = useOverlay();
  singleKeys.on = me.preferences.single_key_shortcuts !== false;
  useGlobalKeys();
  useRowKeys();
  useEffect(followMe, []);
  return (
    <div className="md:grid md:min-h-dvh md:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-ctl focus:bg-ink focus:px-3 focus:py-1.5 focus:text-on-ink"
      >
        Skip to the page
      </a>
      <Sidebar />
      <div className="flex min-h-dvh min-w-0 flex-col max-md:pb-[calc(3.25rem+env(safe-area-inset-bottom))]">
        {children}
      </div>
      <BottomNav />
      <Suspense>
        {open === 'palette' && <Palette />}
        {open === 'help' && <Help />}
        {open === 'more' && <More />}
        {open === 'new-project' && <NewProject />}
        {open === 'new-task' && <NewTask />}
        <ToastLayer />
      </Suspense>
    </div>
  );
}
