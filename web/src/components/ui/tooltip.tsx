import { useEffect, useRef, useState } from 'react';

const DELAY = 350;
const GAP = 6;

type Tip = { text: string; anchor: DOMRect };

/**
 * One layer for every tooltip: anything with `data-tip` has one. A tip only adds to a name that is already there, so it
 * is hidden from readers. Hover waits a moment, keyboard focus does not; Escape, a press or a scroll takes it away.
 */
export function TooltipLayer() {
  const [tip, setTip] = useState<Tip | null>(null);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current: Element | null = null;
    const hide = () => {
      clearTimeout(timer);
      current = null;
      setTip(null);
    };
    const show = (target: EventTarget | null, delay: number) => {
      const host = target instanceof Element ? target.closest('[data-tip]') : null;
      if (host === current) return;
      hide();
      // What it has opened says more.
      if (!host || host.getAttribute('aria-expanded') === 'true') return;
      current = host;
      timer = setTimeout(() => {
        const text = host.getAttribute('data-tip');
        if (text && host.isConnected && host.getAttribute('aria-expanded') !== 'true')
          setTip({ text, anchor: host.getBoundingClientRect() });
      }, delay);
    };
    const over = (event: PointerEvent) => event.pointerType === 'mouse' && show(event.target, DELAY);
    const focus = (event: FocusEvent) =>
      event.target instanceof Element && event.target.matches(':focus-visible') && show(event.target, 0);
    const key = (event: KeyboardEvent) => event.key === 'Escape' && hide();

    document.addEventListener('pointerover', over);
    document.addEventListener('focusin', focus);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('keydown', key);
    document.addEventListener('scroll', hide, { capture: true, passive: true });
    return () => {
      hide();
      document.removeEventListener('pointerover', over);
      document.removeEventListener('focusin', focus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('keydown', key);
      document.removeEventListener('scroll', hide, { capture: true });
    };
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!tip || !element) return;
    const { width, height } = element.getBoundingClientRect();
    const middle = tip.anchor.left + tip.anchor.width / 2 - width / 2;
    const above = tip.anchor.top - height - GAP;
    element.style.left = `${Math.max(GAP, Math.min(middle, innerWidth - width - GAP))}px`;
    element.style.top = `${above > GAP ? above : tip.anchor.bottom + GAP}px`;
    element.style.visibility = 'visible';
  }, [tip]);

  if (!tip) return null;
  return (
    <div
      ref={box}
      aria-hidden="true"
      className="pointer-events-none invisible fixed z-60 max-w-72 rounded-tag bg-ink px-2 py-1 text-on-ink text-xs"
    >
      {tip.text}
    </div>
  );
}
