import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useCallback } from 'react';
import { listTasksOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Broken } from '@/components/broken';
import { Pick } from '@/components/ui/pick';
import { BoneRows } from '@/components/ui/skeleton';
import { useProject } from '@/features/projects/use-project';
import { Choosing } from '@/features/tasks/choosing';
import { ExchangeButton } from '@/features/tasks/exchange-button';
import { Filters } from '@/features/tasks/filters';
import { NoMatch } from '@/features/tasks/no-match';
import { NoTasks } from '@/features/tasks/no-tasks';
import { Peek } from '@/features/tasks/peek';
import {
  GROUPS,
  isNarrowed,
  type ListSearch,
  listQuery,
  readListSearch,
  SORTS,
  type TaskFilter,
} from '@/features/tasks/search';
import { TaskList } from '@/features/tasks/task-list';
import { ViewsButton } from '@/features/tasks/views-button';
import { STATUS_ORDER, STATUSES } from '@/features/tasks/words';
import { problem } from '@/lib/problem';
import { useWhyNotIn } from '@/lib/rights';

const PAGE_SIZE = 50;

const options = (projectId: string, search: ListSearch) =>
  listTasksOptions({ path: { project_id: projectId }, query: listQuery(search, PAGE_SIZE) });

export const Route = createFileRoute('/_app/projects/$projectId/list')({
  validateSearch: readListSearch,
  loaderDeps: ({ search: { peek: _, ...search } }) => search,
  loader: ({ context, params, deps }) => void context.queryClient.prefetchQuery(options(params.projectId, deps)),
  component: ProjectList,
});

const SHOWN = [
  { value: 'open', label: 'open' },
  { value: 'closed', label: 'closed' },
  ...STATUS_ORDER.map((value) => ({ value, label: STATUSES[value].word })),
];
const SORT = Object.entries(SORTS).map(([value, label]) => ({ value, label }));
const GROUP = Object.entries(GROUPS).map(([value, label]) => ({ value, label }));

function ProjectList() {
  const { projectId } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const project = useProject(projectId);
  const may = !useWhyNotIn(project, 'task:update');
  const noNew = useWhyNotIn(project, 'task:create');
  const { data, error, refetch } = useQuery({ ...options(projectId, search), placeholderData: keepPreviousData });
  const set = useCallback(
    (part: Record<string, unknown>) =>
      void navigate({
        params: { projectId },
        search: (now) => readListSearch({ ...now, page: undefined, ...part }),
        replace: true,
      }),
    [navigate, projectId],
  );
  const narrow = useCallback((part: TaskFilter) => set(part), [set]);
  const clear = () => void navigate({ params: { projectId }, search: { group: search.group, sort: search.sort } });
  const narrowed = isNarrowed(search) || search.status !== undefined;
  return (
    <div className="flex flex-1 flex-col">
      <Filters
        projectId={projectId}
        filter={search}
        onChange={narrow}
        before={
          <>
            <ViewsButton projectId={projectId} layout="list" search={search} />
            <Pick
              label="Show"
              value={search.status ?? 'open'}
              options={SHOWN}
              onChange={(status) => set({ status: status === 'open' ? undefined : status })}
            />
          </>
        }
        after={
          <>
            <Pick
              label="Group"
              value={search.group ?? 'none'}
              options={GROUP}
              onChange={(group) => set({ group: group === 'none' ? undefined : group })}
            />
            <Pick label="Sort" value={search.sort ?? '-number'} options={SORT} onChange={(sort) => set({ sort })} />
            <ExchangeButton projectId={projectId} search={search} noNew={noNew} />
          </>
        }
      />
      {error && !data && <Broken error={problem(error)} reset={() => void refetch()} />}
      {!data && !error && <BoneRows label="Tasks are on their way" />}
      {data && data.items.length > 0 && (
        <TaskList
          page={data}
          search={search}
          onPage={(page) => void navigate({ params: { projectId }, search: (now) => ({ ...now, page }) })}
          may={may}
        />
      )}
      {data?.items.length === 0 && !narrowed && !search.page && <NoTasks why={noNew} />}
      {data?.items.length === 0 && (narrowed || search.page) && (
        <NoMatch projectId={projectId} search={search} onClear={clear} />
      )}
      <Peek projectId={projectId} taskId={search.peek} />
      <Choosing />
    </div>
  );
}
