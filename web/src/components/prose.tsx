import { useEffect, useRef } from 'react';

type ProseProps = {
  html: string;
  className?: string;
  /** Takes a tick in a box, which stands on this line (from 0) of the source; without it boxes are only read. */
  onTick?: ((line: number, on: boolean) => void) | undefined;
};

/** Markdown as the server rendered and sanitised it (`core/markdown.py`): nothing else may be given here. */
export function Prose({ html, className = '', onTick }: ProseProps) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(onTick);
  latest.current = onTick;
  const ticks = onTick !== undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: other words bring other boxes
  useEffect(() => {
    const element = box.current;
    if (!element || !ticks) return;
    for (const one of element.querySelectorAll<HTMLInputElement>('input[type=checkbox]')) one.disabled = false;
    const change = ({ target }: Event) => {
      if (target instanceof HTMLInputElement) latest.current?.(Number(target.dataset.line), target.checked);
    };
    element.addEventListener('change', change);
    return () => element.removeEventListener('change', change);
  }, [ticks, html]);

  return (
    // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised by the server, which takes no HTML from people
    <div ref={box} className={`prose ${className}`} dangerouslySetInnerHTML={{ __html: html }} />
  );
}
