import { clsx } from 'clsx';
import { History, Pencil, Reply, Star, Trash2 } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Prose } from '@/components/prose';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { count, plural } from '@/lib/format';
import { Composer } from './composer';
import { type Said, sayInstead, type Thing, useStar, useUnsay } from './use-comments';

const Earlier = lazy(() => import('./earlier'));

type CommentProps = {
  thing: Thing;
  said: Said;
  /** Opens what an answer is written in; left out where one may not write. */
  onReply?: (() => void) | undefined;
  /** Why one may not write here. */
  denied?: string | undefined;
};

/** What somebody said, or the trace of it. */
export function Comment({ thing, said, onReply, denied }: CommentProps) {
  const [open, setOpen] = useState<'edit' | 'earlier' | 'delete' | null>(null);
  const { author } = said;
  if (said.deleted_at) return <Trace said={said} />;
  return (
    <article id={`comment-${said.id}`} aria-label={`Comment by ${author.name}`} className="flex scroll-mt-16 gap-2.5">
      <span className="mt-0.5">
        <Person id={author.id} name={author.name} size={22} />
      </span>
      <div className={clsx('min-w-0 flex-1', said.sending && 'opacity-60')}>
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-[550]" data-tip={`@${author.username}`}>
            {author.name}
          </span>
          <span className="text-mute text-xs">
            {said.sending ? 'Sending…' : <Ago at={said.created_at} />}
            {said.edited_at && ' · edited'}
          </span>
        </p>
        {open === 'edit' ? (
          <Composer
            projectId={thing.projectId}
            draft={`${said.id}:edit`}
            label="Change the comment"
            verb="Save"
            given={said.body}
            autoFocus
            onSend={(body) => sayInstead(thing, said, body)}
            onClose={() => setOpen(null)}
          />
        ) : said.sending ? (
          <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{said.body}</p>
        ) : (
          <Prose html={said.body_html} />
        )}
        {open === null && !said.sending && (
          <Tools thing={thing} said={said} onReply={onReply} denied={denied} onOpen={setOpen} />
        )}
        {open === 'delete' && <Sure thing={thing} said={said} onClose={() => setOpen(null)} />}
        {open === 'earlier' && (
          <Suspense>
            <Earlier thing={thing} said={said} onClose={() => setOpen(null)} />
          </Suspense>
        )}
      </div>
    </article>
  );
}

function Trace({ said }: { said: Said }) {
  const by = said.deleted_by && said.deleted_by.id !== said.author.id ? ` by ${said.deleted_by.name}` : '';
  return (
    <p id={`comment-${said.id}`} className="flex scroll-mt-16 items-center gap-2.5 py-1 text-mute">
      <Trash2 aria-hidden="true" className="mx-[3px] size-4 text-faint" strokeWidth={1.5} />
      <span>
        A comment of {said.author.name} was deleted{by}
        {said.deleted_at && (
          <span className="text-xs">
            {' · '}
            <Ago at={said.deleted_at} />
          </span>
        )}
      </span>
    </p>
  );
}

type ToolsProps = CommentProps & { onOpen: (what: 'edit' | 'earlier' | 'delete') => void };

function Tools({ thing, said, onReply, denied, onOpen }: ToolsProps) {
  const star = useStar(thing);
  const stars = said.stars ? `, ${plural(said.stars, 'star')}` : '';
  return (
    <div className="-ml-2 flex flex-wrap items-center">
      <Button
        look="quiet"
        size="sm"
        denied={denied}
        aria-pressed={said.starred}
        aria-label={`Star this comment${stars}`}
        icon={<Star className={said.starred ? 'fill-current text-fg' : ''} />}
        onClick={() => star(said)}
      >
        {said.stars > 0 && <span className="num">{count(said.stars)}</span>}
      </Button>
      {onReply && <Tool label="Reply" icon={<Reply />} onClick={onReply} words />}
      {said.can_edit && <Tool label="Change" icon={<Pencil />} onClick={() => onOpen('edit')} />}
      {said.edited_at && <Tool label="What it said before" icon={<History />} onClick={() => onOpen('earlier')} />}
      {said.can_delete && <Tool label="Delete" icon={<Trash2 />} onClick={() => onOpen('delete')} />}
    </div>
  );
}

type ToolProps = { label: string; icon: ReactNode; onClick: () => void; words?: boolean };

function Tool({ label, icon, onClick, words = false }: ToolProps) {
  return (
    <Button
      look="quiet"
      size="sm"
      icon={icon}
      onClick={onClick}
      {...(words ? {} : { 'aria-label': label, 'data-tip': label })}
    >
      {words && label}
    </Button>
  );
}

function Sure({ thing, said, onClose }: { thing: Thing; said: Said; onClose: () => void }) {
  const unsay = useUnsay(thing);
  return (
    <div role="alert" className="mt-1 flex flex-wrap items-center gap-2">
      <span>Delete it for good?</span>
      <Button
        size="sm"
        look="bad"
        onClick={() => {
          unsay(said);
          onClose();
        }}
      >
        Delete
      </Button>
      <Button size="sm" onClick={onClose}>
        Keep
      </Button>
    </div>
  );
}
