/** J and K move through the rows of a list, wherever there is one; Enter opens, as a link does. */
import { useEffect } from 'react';
import { holdRows } from './held-row';
import { useShortcuts } from './shortcuts';

const ROWS = '#main [data-row-link]';

function move(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(ROWS)];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step;
  const row = rows[Math.max(0, Math.min(rows.length - 1, next))];
  // Focus that came by key is shown, whatever was used before.
  row?.focus({ focusVisible: true } as FocusOptions);
  row?.scrollIntoView({ block: 'nearest' });
}

export function useRowKeys(): void {
  useEffect(holdRows, []);
  useShortcuts(
    [
      { keys: 'J', does: 'Next row', run: () => move(1) },
      { keys: 'K', does: 'Previous row', run: () => move(-1) },
      { keys: 'Enter', does: 'Open the row' },
    ],
    true,
  );
}
