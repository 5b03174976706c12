import type { ReactNode } from 'react';

/** The head of a part of a task, with what can be done there. */
export function Heading({ title, action }: { title: ReactNode; action?: ReactNode }) {
  return (
    <header className="flex min-h-7 items-center justify-between gap-2">
      <h3>{title}</h3>
      {action}
    </header>
  );
}
