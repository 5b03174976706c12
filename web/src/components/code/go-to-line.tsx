import { lazy, Suspense, useState } from 'react';
import { useShortcuts } from '@/lib/shortcuts';

const GoToLineDialog = lazy(() => import('./go-to-line-dialog'));

/** The keyboard's way to a line permalink: L, a number, Enter. */
export function GoToLine({ last, onLine }: { last: number; onLine: (line: number) => void }) {
  const [asking, setAsking] = useState(false);
  useShortcuts([{ keys: 'L', does: 'Go to a line', run: () => setAsking(true) }]);
  return (
    <Suspense>{asking && <GoToLineDialog last={last} onLine={onLine} onClose={() => setAsking(false)} />}</Suspense>
  );
}
