import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute, redirect } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { AccountRead } from '@/api/gen';
import { listUsersOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Page } from '@/components/page';
import { Pager } from '@/components/pager';
import { SearchBox } from '@/components/search-box';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { Pick } from '@/components/ui/pick';
import { BoneRows } from '@/components/ui/skeleton';
import { AccountRow } from '@/features/admin/account-row';
import { plural } from '@/lib/format';
import { meOptions } from '@/lib/session';

type Role = AccountRead['role'];
type Search = {
  q?: string | undefined;
  role?: Role | undefined;
  active?: boolean | undefined;
  page?: number | undefined;
};

const PAGE_SIZE = 50;

const ROLES = [
  { value: 'any', label: 'any' },
  { value: 'admin', label: 'admin' },
  { value: 'user', label: 'user' },
  { value: 'viewer', label: 'viewer' },
] as const;

const STANDS = [
  { value: 'any', label: 'any' },
  { value: 'true', label: 'active' },
  { value: 'false', label: 'deactivated' },
] as const;

function options({ page = 1, ...wanted }: Search) {
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  return listUsersOptions({ query: { page, page_size: PAGE_SIZE, ...given } });
}

export const Route = createFileRoute('/_app/people/')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    q: typeof search.q === 'string' && search.q ? search.q : undefined,
    role: ROLES.some(({ value }) => value === search.role && value !== 'any') ? (search.role as Role) : undefined,
    active: typeof search.active === 'boolean' ? search.active : undefined,
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
  }),
  beforeLoad: async ({ context }) => {
    const { data } = await context.queryClient.ensureQueryData(meOptions);
    if (data.role !== 'admin') throw redirect({ to: '/' });
  },
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchQuery(options(deps)),
  component: People,
});

function People() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data } = useQuery({ ...options(search), placeholderData: keepPreviousData });
  const change = useCallback(
    (next: Search) => void navigate({ search: (now) => ({ ...now, page: undefined, ...next }), replace: true }),
    [navigate],
  );
  const find = useCallback((q: string) => change({ q: q || undefined }), [change]);
  return (
    <Page
      title="People"
      beside={data && <span className="num text-mute text-xs">{plural(data.total, 'account')}</span>}
      below={
        <div className="flex flex-wrap items-center gap-2 border-line border-t px-4 py-2 md:px-[1.125rem]">
          <SearchBox label="Find somebody" value={search.q ?? ''} onChange={find} className="w-full sm:w-72" />
          <Pick
            label="Role"
            value={search.role ?? 'any'}
            options={ROLES}
            onChange={(role) => change({ role: role === 'any' ? undefined : role })}
          />
          <Pick
            label="State"
            value={search.active === undefined ? 'any' : search.active ? 'true' : 'false'}
            options={STANDS}
            onChange={(active) => change({ active: active === 'any' ? undefined : active === 'true' })}
          />
        </div>
      }
    >
      <List search={search} />
    </Page>
  );
}

function List({ search }: { search: Search }) {
  const navigate = Route.useNavigate();
  const { data, error, refetch } = useQuery({ ...options(search), placeholderData: keepPreviousData });
  if (error && !data) return <Broken error={error} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="People are on their way" />;
  if (!data.items.length) {
    return (
      <Empty
        title="Nobody matches"
        action={<Button onClick={() => void navigate({ search: {} })}>Clear the search</Button>}
      >
        No account is called so, or has such an address, with these filters.
      </Empty>
    );
  }
  return (
    <>
      <ul className="border-line border-b">
        {data.items.map((account) => (
          <AccountRow key={account.id} account={account} />
        ))}
      </ul>
      <Pager
        page={data.page}
        pageSize={data.page_size}
        total={data.total}
        what="accounts"
        onPage={(page) => void navigate({ search: { ...search, page } })}
      />
    </>
  );
}
