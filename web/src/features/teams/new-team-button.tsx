import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Button } from '@/components/ui/button';
import { useWhyNot } from '@/lib/rights';

const load = () => import('./new-team');
const NewTeam = lazy(load);

/** Opens the dialog that makes a team. */
export function NewTeamButton({ icon }: { icon?: ReactNode }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        look="ink"
        icon={icon}
        denied={useWhyNot('team:create')}
        onPointerEnter={() => void load()}
        onFocus={() => void load()}
        onClick={() => setAsking(true)}
      >
        New team
      </Button>
      <Suspense>{asking && <NewTeam onClose={() => setAsking(false)} />}</Suspense>
    </>
  );
}
