/**
 * What somebody types between asking for the palette and its being there. Its code is fetched when it is first wanted,
 * and nobody waits for that: the keys are kept for it, and mean nothing to the page below.
 */
let held: string | undefined;
let entered = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let giveUp: () => void = () => {};

/** Code that has not come by then will not. */
const LONGEST = 10_000;

function keep(event: KeyboardEvent): void {
  if (held === undefined || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === 'Escape') giveUp();
  else if (event.key === 'Enter') entered = true;
  else if (event.key === 'Backspace') held = held.slice(0, -1);
  else if (event.key.length === 1) held += event.key;
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** From now on keys are kept, until they are taken. Escape means that nobody waits any more. */
export function holdTyped(onEscape: () => void): void {
  giveUp = onEscape;
  if (held !== undefined) return;
  held = '';
  entered = false;
  addEventListener('keydown', keep, { capture: true });
  timer = setTimeout(takeTyped, LONGEST);
}

/** What was typed meanwhile, and whether Enter came after it; from now on keys are the page's again. */
export function takeTyped(): { words: string; entered: boolean } {
  removeEventListener('keydown', keep, { capture: true });
  clearTimeout(timer);
  const taken = { words: held ?? '', entered };
  held = undefined;
  entered = false;
  return taken;
}
