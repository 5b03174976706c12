import { UserPlus } from 'lucide-react';
import { type ReactNode, Suspense, useState } from 'react';
import { Broken } from '@/components/broken';
import { NotRead } from '@/components/not-read';
import { Pager } from '@/components/pager';
import { Button } from '@/components/ui/button';
import { BoneRows } from '@/components/ui/skeleton';
import { problem } from '@/lib/problem';

const LIST = 'overflow-hidden rounded-panel border border-line bg-panel';

/** A list that was asked for, as far as it is known. */
type Read<T> = {
  data: { items: readonly T[]; total: number; page: number; page_size: number } | undefined;
  error: unknown;
  isError: boolean;
  isFetching: boolean;
  refetch: () => unknown;
};

type MembersProps<T> = {
  read: Read<T>;
  /** Why one may invite nobody. */
  denied: string | undefined;
  row: (member: T) => ReactNode;
  /** Fetches the dialog before it is asked for. */
  preload: () => unknown;
  dialog: (close: () => void) => ReactNode;
  onPage: (page: number) => void;
};

/** Who is in a project or a team, and the way to invite somebody. */
export function Members<T>({ read, denied, row, preload, dialog, onPage }: MembersProps<T>) {
  const [inviting, setInviting] = useState(false);
  const { data, error, refetch } = read;
  if (error && !data) return <Broken error={problem(error)} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="The team is on its way" />;
  return (
    <section aria-labelledby="members">
      <div className="mb-2 flex items-center gap-4">
        <h2 id="members" className="flex-1">
          Members <span className="num font-normal text-faint">{data.total}</span>
        </h2>
        <Button
          look="ink"
          icon={<UserPlus />}
          denied={denied}
          onPointerEnter={() => void preload()}
          onFocus={() => void preload()}
          onClick={() => setInviting(true)}
        >
          Invite
        </Button>
      </div>
      <ul className={LIST}>{data.items.map(row)}</ul>
      {data.total === 1 && !denied && (
        <p className="mt-2 text-mute">Only you so far. Invite those you work with, by e-mail or username.</p>
      )}
      <Pager
        page={data.page}
        pageSize={data.page_size}
        total={data.total}
        what="members"
        words={['Before', 'After']}
        onPage={onPage}
      />
      <Suspense>{inviting && dialog(() => setInviting(false))}</Suspense>
    </section>
  );
}

/** Who was invited and has not answered yet, for those who may take it back. */
export function Invited<T>({ read, row }: { read: Read<T>; row: (invitation: T) => ReactNode }) {
  const { data, isError } = read;
  if (isError && !data) return <NotRead what="The invitations" of={read} />;
  if (!data?.items.length) return null;
  return (
    <section aria-labelledby="invited">
      <h2 id="invited" className="mb-2">
        Invited <span className="num font-normal text-faint">{data.total}</span>
      </h2>
      <ul className={LIST}>{data.items.map(row)}</ul>
    </section>
  );
}
