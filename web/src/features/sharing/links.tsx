import type { ReactNode } from 'react';
import { Ago } from '@/components/ui/ago';
import { Button } from '@/components/ui/button';
import { Chip, type Tone } from '@/components/ui/chip';
import { Copy } from '@/components/ui/copy';
import { Notice } from '@/components/ui/notice';
import { BoneRows } from '@/components/ui/skeleton';
import { problem } from '@/lib/problem';

/** A thing has fewer links that work; of those that ended the newest are enough. */
export const LINKS_SHOWN = 50;

/** What the links to whatever is shared have in common. */
export type Share = {
  id: string;
  url: string | null;
  state: 'active' | 'expired' | 'revoked' | 'used_up';
  created_by: { name: string };
  created_at: string;
  expires_at: string;
  has_password: boolean;
};

const STATES: Record<Share['state'], { word: string; tone: Tone }> = {
  active: { word: 'Works', tone: 'ok' },
  expired: { word: 'Expired', tone: 'plain' },
  revoked: { word: 'Ended', tone: 'plain' },
  used_up: { word: 'Used up', tone: 'plain' },
};

type LinksProps<S> = {
  links: readonly S[] | undefined;
  error: unknown;
  /** What a link says besides of itself. */
  about: (link: S) => ReactNode;
  /** The link that is being ended. */
  ending: string | undefined;
  onEnd: (link: S) => void;
};

/** The links to one thing, the newest first. */
export function Links<S extends Share>({ links, error, about, ending, onEnd }: LinksProps<S>) {
  if (error) return <Notice tone="bad">{problem(error).message}</Notice>;
  if (!links) return <BoneRows rows={2} label="Links are on their way" />;
  if (links.length === 0) return null;
  return (
    <ul aria-label="Links" className="min-w-0 rounded-card border border-line">
      {links.map((link) => (
        <LinkRow key={link.id} link={link} about={about(link)} ending={link.id === ending} onEnd={() => onEnd(link)} />
      ))}
    </ul>
  );
}

/** The link as this browser reaches the server, whatever the server calls itself. */
function address(url: string): string {
  return location.origin + url.slice(url.indexOf('/app/'));
}

type LinkRowProps = { link: Share; about: ReactNode; ending: boolean; onEnd: () => void };

function LinkRow({ link, about, ending, onEnd }: LinkRowProps) {
  const works = link.state === 'active';
  const { word, tone } = STATES[link.state];
  const url = works && link.url ? address(link.url) : null;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-1 border-line border-b px-3 py-2 last:border-0">
      <div className="flex items-center gap-2">
        <Chip tone={tone}>{word}</Chip>
        {url ? (
          <code className="min-w-0 flex-1 truncate text-xs">{url}</code>
        ) : (
          <span className="flex-1 text-mute text-xs">{works && 'Its address can no longer be shown.'}</span>
        )}
        {url && <Copy text={url} what="link" />}
        {works && (
          <Button size="sm" busy={ending && 'Ending…'} onClick={onEnd}>
            End
          </Button>
        )}
      </div>
      <p className="num text-mute text-xs">
        {works ? 'Ends ' : 'Made '}
        <Ago at={works ? link.expires_at : link.created_at} /> · {about}
        {link.has_password && ' · password'} · {link.created_by.name}
      </p>
    </li>
  );
}
