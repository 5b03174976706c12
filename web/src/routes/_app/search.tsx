import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { searchCommentsOptions, searchProjectsOptions, searchTasksOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Page } from '@/components/page';
import { Pager } from '@/components/pager';
import { SearchBox } from '@/components/search-box';
import { Button } from '@/components/ui/button';
import { Segmented } from '@/components/ui/segmented';
import { BoneRows } from '@/components/ui/skeleton';
import { None, Teach } from '@/features/search/nothing';
import { CommentRow, ProjectRow, TaskRow } from '@/features/search/rows';
import {
  hasFilter,
  KINDS,
  type Kind,
  LONGEST,
  readSearch,
  type Search,
  toggled,
  wordsOf,
} from '@/features/search/search';
import { problem } from '@/lib/problem';

const PAGE_SIZE = 20;

export const Route = createFileRoute('/_app/search')({ validateSearch: readSearch, component: SearchPage });

/** All that is found, by kind; what is asked is in the address. */
function SearchPage() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const { q = '', in: kind = 'tasks' } = search;
  const found = useFound(search);
  const ask = (next: string) =>
    void navigate({ search: { ...search, q: next.slice(0, LONGEST) || undefined, page: undefined } });
  const show = (next: Kind) => void navigate({ search: { q: search.q, in: next === 'tasks' ? undefined : next } });
  return (
    <Page
      title={q ? `Search: ${q}` : 'Search'}
      below={<Asked q={q} kind={kind} found={found} onAsk={ask} onKind={show} />}
    >
      {q.trim() ? (
        <Results
          q={q}
          kind={kind}
          found={found}
          onAsk={ask}
          onKind={show}
          onPage={(page) => void navigate({ search: { ...search, page } })}
        />
      ) : (
        <Teach onAsk={ask} />
      )}
    </Page>
  );
}

type Found = ReturnType<typeof useFound>;

/** What is on the page one is on, and of the other kinds how many there are. */
function useFound({ q = '', in: chosen, page = 1 }: Search) {
  const kind: Kind = chosen ?? 'tasks';
  const words = wordsOf(q);
  const query = (of: Kind) => ({
    query: { q: of === 'tasks' ? q : words, page: of === kind ? page : 1, page_size: of === kind ? PAGE_SIZE : 1 },
  });
  const kept = { placeholderData: keepPreviousData };
  return {
    tasks: useQuery({ ...searchTasksOptions(query('tasks')), enabled: q.trim() !== '', ...kept }),
    comments: useQuery({ ...searchCommentsOptions(query('comments')), enabled: words !== '', ...kept }),
    projects: useQuery({ ...searchProjectsOptions(query('projects')), enabled: words !== '', ...kept }),
  };
}

function totalsOf(q: string, found: Found): Record<Kind, number | undefined> {
  const none = wordsOf(q) ? undefined : 0;
  return {
    tasks: found.tasks.data?.total,
    comments: none ?? found.comments.data?.total,
    projects: none ?? found.projects.data?.total,
  };
}

const FILTERS = [
  { filter: 'is:open', word: 'Open' },
  { filter: 'is:blocked', word: 'Blocked' },
  { filter: 'assignee:me', word: 'Mine' },
  { filter: 'assignee:none', word: 'Nobody’s' },
] as const;

type AskedProps = { q: string; kind: Kind; found: Found; onAsk: (q: string) => void; onKind: (kind: Kind) => void };

/** What is asked: the words, of which kind, and the usual filters at a press. */
function Asked({ q, kind, found, onAsk, onKind }: AskedProps) {
  const totals = totalsOf(q, found);
  const kinds = (Object.keys(KINDS) as Kind[]).map((value) => {
    const total = q ? totals[value] : undefined;
    return { value, label: KINDS[value], ...(total === undefined ? {} : { count: total }) };
  });
  return (
    <div className="flex flex-wrap items-center gap-2 border-line border-t px-4 py-2 md:px-[1.125rem]">
      <SearchBox label="Search" value={q} onChange={onAsk} className="w-full sm:w-96" />
      <Segmented label="Kind" value={kind} options={kinds} onChange={onKind} />
      {kind === 'tasks' && (
        <div className="flex flex-wrap gap-2">
          {FILTERS.map(({ filter, word }) => {
            const on = hasFilter(q, filter);
            return (
              <Button
                key={filter}
                aria-pressed={on}
                data-tip={filter}
                onClick={() => onAsk(toggled(q, filter))}
                className={on ? 'border-ink! bg-raise!' : 'text-mute'}
              >
                {word}
              </Button>
            );
          })}
        </div>
      )}
    </div>
  );
}

type ResultsProps = AskedProps & { onPage: (page: number) => void };

function Results({ q, kind, found, onAsk, onKind, onPage }: ResultsProps) {
  const none = <None q={q} kind={kind} totals={totalsOf(q, found)} onAsk={onAsk} onKind={onKind} />;
  const same = { what: KINDS[kind].toLowerCase(), none, onPage };
  if (kind === 'tasks')
    return <List found={found.tasks} row={(one) => <TaskRow key={one.id} found={one} />} {...same} />;
  if (!wordsOf(q)) return none;
  if (kind === 'comments') {
    return <List found={found.comments} row={(one) => <CommentRow key={one.id} found={one} />} {...same} />;
  }
  return <List found={found.projects} row={(one) => <ProjectRow key={one.id} found={one} />} {...same} />;
}

type Answer<T> = { items: T[]; page: number; page_size: number; total: number };
type ListProps<T> = {
  found: UseQueryResult<Answer<T>, unknown>;
  row: (one: T) => ReactNode;
  what: string;
  none: ReactNode;
  onPage: (page: number) => void;
};

function List<T>({ found: { data, error, refetch, isPlaceholderData }, row, what, none, onPage }: ListProps<T>) {
  if (error && !data) return <Broken error={problem(error)} reset={() => void refetch()} />;
  if (!data) return <BoneRows label="Looking" />;
  if (!data.items.length && !isPlaceholderData) return none;
  return (
    <>
      <ul aria-label="Found" aria-busy={isPlaceholderData} className="border-line border-b">
        {data.items.map(row)}
      </ul>
      <Pager
        page={data.page}
        pageSize={data.page_size}
        total={data.total}
        what={what}
        words={['Before', 'After']}
        onPage={onPage}
      />
    </>
  );
}
