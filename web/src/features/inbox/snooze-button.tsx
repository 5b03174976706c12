import { Clock } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '@/components/ui/button';
import { snoozeEnd } from './snooze';
import type { Acts } from './use-inbox';

const load = () => import('./snooze-menu');
const SnoozeMenu = lazy(load);

type SnoozeButtonProps = { ids: readonly string[]; label: string; tip: string; snoozed?: boolean; acts: Acts };

/** Puts notifications aside until a time that is chosen from a menu. */
export function SnoozeButton({ ids, label, tip, snoozed = false, acts }: SnoozeButtonProps) {
  const [open, setOpen] = useState(false);
  const clock = (
    <Button
      look="quiet"
      size="sm"
      icon={<Clock />}
      aria-label={label}
      aria-haspopup="menu"
      data-tip={tip}
      onPointerEnter={() => void load()}
      onClick={() => setOpen(true)}
    />
  );
  if (!open) return clock;
  return (
    <Suspense fallback={clock}>
      <SnoozeMenu
        trigger={clock}
        snoozed={snoozed}
        onPick={(until) => void acts.snooze(ids, until && snoozeEnd(until))}
      />
    </Suspense>
  );
}
