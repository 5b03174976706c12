import { useNavigate } from '@tanstack/react-router';
import { Maximize2, X } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useRef } from 'react';
import { Button, ButtonLink } from '@/components/ui/button';
import { isSomethingOver } from '@/lib/shortcuts';

const TaskView = lazy(() => import('./task-view').then(({ TaskView: view }) => ({ default: view })));

type PeekProps = { projectId: string; taskId: string | undefined };

/** A task beside the page that led to it; Escape closes it, and the page stays as it was. */
export function Peek({ projectId, taskId }: PeekProps) {
  if (!taskId) return null;
  return <Panel projectId={projectId} taskId={taskId} />;
}

function Panel({ projectId, taskId }: { projectId: string; taskId: string }) {
  const navigate = useNavigate();
  const box = useRef<HTMLElement>(null);
  const close = useCallback(() => {
    void navigate({ to: '.', search: (now) => ({ ...now, peek: undefined }) });
    // Back to what led here, so that keys go on from there.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-task="${taskId}"] a`)?.focus());
  }, [navigate, taskId]);

  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !isSomethingOver()) close();
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, [close]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another task is another panel to read
  useEffect(() => box.current?.focus({ preventScroll: true }), [taskId]);

  return (
    <aside
      ref={box}
      tabIndex={-1}
      aria-label="Task"
      className="fixed inset-y-0 right-0 z-30 flex w-[min(34rem,100vw)] flex-col overflow-y-auto border-edge border-l bg-bg outline-none max-md:border-l-0 max-md:pb-[calc(3.25rem+env(safe-area-inset-bottom))]"
    >
      <Suspense>
        <TaskView
          projectId={projectId}
          taskId={taskId}
          actions={
            <>
              <ButtonLink
                to="/projects/$projectId/tasks/$taskId"
                params={{ projectId, taskId }}
                look="quiet"
                size="sm"
                icon={<Maximize2 />}
                aria-label="Open as a page"
                data-tip="Open as a page"
              />
              <Button
                look="quiet"
                size="sm"
                icon={<X />}
                aria-label="Close"
                aria-keyshortcuts="Escape"
                onClick={close}
              />
            </>
          }
        />
      </Suspense>
    </aside>
  );
}
