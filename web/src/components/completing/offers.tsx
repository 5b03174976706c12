import { useLayoutEffect, useRef } from 'react';
import { plural } from '@/lib/format';
import type { useCompleting } from './use-completing';

const GAP = 4;

type OffersProps = { of: ReturnType<typeof useCompleting>; label: string };

/** What is offered, above the field or, without room there, below it; nothing that scrolls cuts it off. */
export function Offers({ of, label }: OffersProps) {
  const { box, list, offers, chosen, take } = of;
  const popup = useRef<HTMLDivElement>(null);
  const some = offers.length > 0;

  useLayoutEffect(() => {
    const element = popup.current;
    if (!some || !element) return;
    element.showPopover?.();
    const place = () => {
      const field = box.current?.getBoundingClientRect();
      if (!field) return;
      const above = field.top - element.offsetHeight - GAP;
      element.style.left = `${field.left}px`;
      element.style.width = `${field.width}px`;
      element.style.top = `${above > GAP ? above : field.bottom + GAP}px`;
    };
    place();
    const size = new ResizeObserver(place);
    size.observe(element);
    addEventListener('scroll', place, { capture: true, passive: true });
    addEventListener('resize', place);
    return () => {
      size.disconnect();
      removeEventListener('scroll', place, { capture: true });
      removeEventListener('resize', place);
    };
  }, [box, some]);

  return (
    <>
      <span role="status" className="sr-only">
        {some && plural(offers.length, 'suggestion')}
      </span>
      {some && (
        <div
          ref={popup}
          popover="manual"
          id={list}
          role="listbox"
          aria-label={label}
          className="fixed inset-auto m-0 max-h-56 min-w-44 overflow-y-auto rounded-card border border-edge bg-panel p-1 text-fg"
        >
          {offers.map((offer) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are read in the field, which keeps the focus
            <div
              key={offer.id}
              id={`${list}-${offer.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={offer === chosen}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => take(offer)}
              className="flex min-h-7 items-center gap-2.5 rounded-[5px] px-2 aria-selected:bg-raise pointer-coarse:min-h-9"
            >
              {offer.shown}
            </div>
          ))}
        </div>
      )}
    </>
  );
}
