import { lazy, Suspense } from 'react';
import { useChoosing } from './chooser';

const ChooserMenu = lazy(() => import('./chooser-menu'));

/** Where the menu of `choose` appears; the menu itself is fetched when it is first wanted. */
export function Choosing() {
  const choosing = useChoosing();
  if (!choosing) return null;
  return (
    <Suspense>
      <ChooserMenu key={choosing.part} {...choosing} />
    </Suspense>
  );
}
