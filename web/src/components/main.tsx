import { createContext, type ReactNode } from 'react';

/** Whether what is drawn stands within a page, which has its landmark and its heading already. */
export const WithinMain = createContext(false);

/** What a page is about: the one landmark, where skipping leads to. */
export function Main({ children, className = '' }: { children: ReactNode; className?: string }) {
  return (
    <WithinMain value={true}>
      <main id="main" tabIndex={-1} className={`outline-none ${className}`}>
        {children}
      </main>
    </WithinMain>
  );
}
