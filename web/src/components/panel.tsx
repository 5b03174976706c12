import { type ReactNode, useId } from 'react';

type PanelProps = { title: string; beside?: ReactNode; actions?: ReactNode; children: ReactNode; className?: string };

/** A part of a page that stands for itself. Panels do not hold panels. */
export function Panel({ title, beside, actions, children, className = '' }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`min-w-0 rounded-panel border border-line bg-panel ${className}`}>
      <header className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-b px-3.5 py-1.5">
        <h2 id={id}>{title}</h2>
        {beside && <span className="text-mute">{beside}</span>}
        {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
