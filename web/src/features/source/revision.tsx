import { GitBranch } from 'lucide-react';
import type { OriginRead } from '@/api/gen';
import { short } from './short';

/** Which commit of a repository a snapshot is: branch or tag, and the beginning of its hash. */
export function Revision({ origin }: { origin: OriginRead }) {
  if (!origin.commit) return null;
  return (
    <span className="flex min-w-0 items-baseline gap-1" data-tip={origin.commit}>
      <GitBranch aria-hidden="true" className="size-3 shrink-0 self-center" />
      {origin.ref && <span className="truncate">{origin.ref}</span>}
      <code>{short(origin.commit)}</code>
    </span>
  );
}
