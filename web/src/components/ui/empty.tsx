import type { ReactNode } from 'react';

type EmptyProps = {
  title: string;
  /** `h1` where this is all there is on the page. */
  level?: 'h1' | 'h2';
  children?: ReactNode;
  action?: ReactNode;
  picture?: ReactNode;
};

/** The first screen of an empty place: it teaches one thing and offers one action. */
export function Empty({ title, level: Heading = 'h2', children, action, picture }: EmptyProps) {
  return (
    <section className="mx-auto grid w-full max-w-md justify-items-start gap-3 px-4 py-12 sm:py-16">
      {picture}
      <Heading className="text-lg">{title}</Heading>
      <div className="text-mute [text-wrap:pretty]">{children}</div>
      {action && <div className="mt-1 flex flex-wrap gap-2">{action}</div>}
    </section>
  );
}
