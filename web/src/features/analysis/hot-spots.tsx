import { type KeyboardEvent, useRef, useState } from 'react';
import type { HotSpot } from '@/api/gen';
import { Panel } from '@/components/panel';
import { percent, plural } from '@/lib/format';

const COLUMNS = 12;

/** How dark a file's square is: by the root of its share, so that the middle is not all paper. */
function heat(spot: HotSpot, most: number): number {
  return most ? Math.round(8 + 84 * Math.sqrt(spot.debt_minutes / most)) : 8;
}

type HotSpotsProps = {
  spots: readonly HotSpot[];
  chosen: string | undefined;
  onChoose: (file: string | undefined) => void;
};

/** Where the debt lies: a square a file, the darker the more. One tab stop; arrows move within. */
export function HotSpots({ spots, chosen, onChoose }: HotSpotsProps) {
  const [at, setAt] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const most = Math.max(...spots.map((spot) => spot.debt_minutes), 0);
  const shown = spots[at] ?? spots[0];
  if (!shown) return null;

  function move(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(spots.length - 1, at + step));
    setAt(next);
    grid.current?.querySelectorAll('button')[next]?.focus();
  }

  return (
    <Panel title="Hot spots" beside={plural(spots.length, 'file')}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields */}
      <div
        ref={grid}
        role="group"
        aria-label="Files by debt"
        onKeyDown={move}
        className="grid gap-1 px-3.5 pt-3.5"
        style={{ gridTemplateColumns: `repeat(${COLUMNS}, minmax(0, 1fr))` }}
      >
        {spots.map((spot, index) => (
          <button
            key={spot.file}
            type="button"
            tabIndex={index === at ? 0 : -1}
            aria-pressed={chosen === spot.file}
            aria-label={`${spot.file}, ${percent(spot.debt_share_percent, 0)} of the debt`}
            onPointerEnter={() => setAt(index)}
            onFocus={() => setAt(index)}
            onClick={() => onChoose(chosen === spot.file ? undefined : spot.file)}
            className="h-6 rounded-[3px] aria-pressed:outline-2 aria-pressed:outline-ink aria-pressed:outline-offset-1"
            style={{ background: `color-mix(in oklab, var(--fg) ${heat(spot, most)}%, var(--raise))` }}
          />
        ))}
      </div>
      <Spot spot={shown} />
    </Panel>
  );
}

function Spot({ spot }: { spot: HotSpot }) {
  return (
    <p aria-live="polite" className="min-h-[5.5rem] px-3.5 pt-3 pb-3.5 text-mute [text-wrap:pretty]">
      <b className="block truncate font-[520] font-mono text-fg text-xs">{spot.file}</b>
      holds {percent(spot.debt_share_percent, 0)} of the debt
      {spot.ncloc > 0 && ` in ${percent(spot.ncloc_share_percent, 0)} of the lines`}
      {`: ${plural(spot.findings, 'finding')}.`}
      {spot.worst_function && (
        <>
          {' '}
          Hardest to follow is <code className="text-fg">{spot.worst_function.name}</code>,{' '}
          {spot.worst_function.measure} complexity <span className="num">{spot.worst_function.complexity}</span>.
        </>
      )}
    </p>
  );
}
