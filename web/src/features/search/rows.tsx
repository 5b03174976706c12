import { Link, type LinkProps } from '@tanstack/react-router';
import { MessageSquare } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CommentFound, ProjectFound, TaskFound } from '@/api/gen';
import { Marked } from '@/components/marked';
import { Ago } from '@/components/ui/ago';
import { ProjectKey } from '@/components/ui/avatar';
import { StatusIcon } from '@/features/tasks/task-chips';
import { isClosed, STATUSES } from '@/features/tasks/words';
import { placeOf } from './place';
import { plainly } from './plainly';

type RowProps = { icon: ReactNode; link: LinkProps; title: ReactNode; below?: ReactNode; beside?: ReactNode };

/** One thing that was found; the whole row leads to it. */
function Row({ icon, link, title, below, beside }: RowProps) {
  return (
    <li className="relative flex min-h-10 items-start gap-2.5 border-line border-b px-4 py-2.5 last:border-0 hover:bg-raise/60 md:px-[1.125rem]">
      {icon}
      <div className="min-w-0 flex-1">
        <Link
          {...link}
          data-row-link
          className="block font-[520] [overflow-wrap:anywhere] outline-none after:absolute after:inset-0 focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-ink"
        >
          {title}
        </Link>
        {below && <p className="mt-0.5 text-mute text-xs [overflow-wrap:anywhere]">{below}</p>}
      </div>
      {beside}
    </li>
  );
}

export function TaskRow({ found }: { found: TaskFound }) {
  const { word } = STATUSES[found.status];
  return (
    <Row
      icon={
        <>
          <span data-tip={word} className="relative mt-0.5">
            <StatusIcon status={found.status} />
            <span className="sr-only">{word}</span>
          </span>
          <span className="mt-px w-14 shrink-0 truncate font-mono text-2xs text-faint leading-5">{found.key}</span>
        </>
      }
      link={
        {
          to: '/projects/$projectId/tasks/$taskId',
          params: { projectId: found.project_id, taskId: found.id },
        } as LinkProps
      }
      title={
        <span className={isClosed(found.status) ? 'text-mute' : ''}>
          <Marked pieces={found.marked} />
        </span>
      }
      below={found.excerpt.length > 0 && <Marked pieces={plainly(found.excerpt)} />}
      beside={
        <span className="max-w-40 shrink-0 truncate text-mute text-xs leading-5 max-md:hidden">
          {found.project_name}
        </span>
      }
    />
  );
}

export function CommentRow({ found }: { found: CommentFound }) {
  return (
    <Row
      icon={<MessageSquare aria-hidden="true" strokeWidth={1.75} className="mt-0.5 size-4 shrink-0 text-mute" />}
      link={placeOf(found)}
      title={
        <span className="font-normal">
          <Marked pieces={plainly(found.excerpt)} />
        </span>
      }
      below={
        <>
          {found.author_name} · {found.project_name} · <Ago at={found.created_at} className="relative" />
        </>
      }
    />
  );
}

export function ProjectRow({ found }: { found: ProjectFound }) {
  return (
    <Row
      icon={<ProjectKey of={found.key} className="mt-px w-12" />}
      link={{ to: '/projects/$projectId', params: { projectId: found.id } } as LinkProps}
      title={<Marked pieces={found.marked} />}
    />
  );
}
