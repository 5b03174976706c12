/**
 * Keeps the focus in a list whose row it was on goes: to the same row where that has come to stand elsewhere, else to
 * the one that follows. Whoever works through a list by keys would have to begin at its top each time.
 */

const ROW = '#main [data-row-link]';

type Held = { row: HTMLElement; key: string; rows: readonly HTMLElement[]; visible: boolean };

let held: Held | undefined;

const rowsNow = () => [...document.querySelectorAll<HTMLElement>(ROW)];

/** What stays the same where a row is drawn anew. */
function keyOf(row: HTMLElement): string {
  const whole = row.closest<HTMLElement>('[data-task], [data-notice]')?.dataset;
  return whole?.task ?? whole?.notice ?? row.getAttribute('href') ?? '';
}

/** The row that a control stands in. */
function rowOf(target: Element): HTMLElement | undefined {
  const whole = target.closest('[data-task], [data-notice], li');
  const row = target.matches(ROW) ? target : whole?.querySelector('[data-row-link]');
  return row instanceof HTMLElement && row.matches(ROW) ? row : undefined;
}

function onFocus({ target }: FocusEvent): void {
  // A menu belongs to the row it was opened from.
  if (!(target instanceof Element) || (held && target.closest('[role="menu"]'))) return;
  const row = rowOf(target);
  held = row && { row, key: keyOf(row), rows: rowsNow(), visible: target.matches(':focus-visible') };
}

/** Pressed beside all that can have the focus, it is meant to be nowhere. */
function onPress({ target }: PointerEvent): void {
  if (target instanceof Element && !rowOf(target) && !target.closest('[role="menu"]')) held = undefined;
}

function mend(): void {
  if (!held) return;
  if (held.row.isConnected) {
    held.rows = rowsNow();
    return;
  }
  if (document.activeElement && document.activeElement !== document.body) return;
  const { row, key, rows, visible } = held;
  const at = rows.indexOf(row);
  const next =
    rowsNow().find((one) => keyOf(one) === key) ??
    [...rows.slice(at + 1), ...rows.slice(0, at).toReversed()].find((one) => one.isConnected);
  held = undefined;
  next?.focus({ focusVisible: visible } as FocusOptions);
  next?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
}

/** Begins; returns how to end it. */
export function holdRows(): () => void {
  const watch = new MutationObserver(mend);
  watch.observe(document.body, { childList: true, subtree: true });
  document.addEventListener('focusin', onFocus);
  document.addEventListener('pointerdown', onPress);
  return () => {
    held = undefined;
    watch.disconnect();
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('pointerdown', onPress);
  };
}
