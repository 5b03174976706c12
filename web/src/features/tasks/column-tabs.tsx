import { clsx } from 'clsx';
import { count } from '@/lib/format';
import { StatusIcon } from './task-chips';
import { STATUS_ORDER, STATUSES, type Status } from './words';

type ColumnTabsProps = { totals: Record<Status, number>; chosen: Status; onChoose: (status: Status) => void };

/** On a phone one column is shown at a time; this says which. */
export function ColumnTabs({ totals, chosen, onChoose }: ColumnTabsProps) {
  return (
    <div className="flex shrink-0 gap-1.5 overflow-x-auto px-4 py-2 [scrollbar-width:none] md:hidden">
      {STATUS_ORDER.map((status) => (
        <button
          key={status}
          type="button"
          aria-pressed={status === chosen}
          onClick={() => onChoose(status)}
          className={clsx(
            'flex h-8 shrink-0 items-center gap-1.5 rounded-ctl border px-2 text-xs',
            status === chosen ? 'border-ink bg-raise font-[550]' : 'border-line text-mute',
          )}
        >
          <StatusIcon status={status} />
          {STATUSES[status].word}
          <span className="num font-normal text-mute">{count(totals[status])}</span>
        </button>
      ))}
    </div>
  );
}
