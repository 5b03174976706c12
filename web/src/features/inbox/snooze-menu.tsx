import type { ReactElement } from 'react';
import { Menu, MenuItem } from '@/components/ui/menu';
import type { Until } from './snooze';

type SnoozeMenuProps = { trigger: ReactElement; snoozed: boolean; onPick: (until: Until | null) => void };

/** Until when something is put aside. */
export default function SnoozeMenu({ trigger, snoozed, onPick }: SnoozeMenuProps) {
  return (
    <Menu trigger={trigger} defaultOpen>
      {snoozed && <MenuItem onClick={() => onPick(null)}>Bring it back now</MenuItem>}
      <MenuItem onClick={() => onPick('hours')}>In three hours</MenuItem>
      <MenuItem onClick={() => onPick('tomorrow')}>Tomorrow at 9:00</MenuItem>
      <MenuItem onClick={() => onPick('week')}>On Monday at 9:00</MenuItem>
    </Menu>
  );
}
