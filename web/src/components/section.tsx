import { type ReactNode, useId } from 'react';

type SectionProps = { title: string; about?: ReactNode; children: ReactNode };

/** One subject of a settings page: what it is on the left, what can be changed on the right. */
export function Section({ title, about, children }: SectionProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="grid max-w-4xl gap-x-8 gap-y-4 border-line border-b py-6 last:border-0 md:grid-cols-[15rem_minmax(0,26rem)]"
    >
      <header>
        <h2 id={id}>{title}</h2>
        {about && <p className="mt-1 text-mute [text-wrap:pretty]">{about}</p>}
      </header>
      <div className="min-w-0">{children}</div>
    </section>
  );
}
