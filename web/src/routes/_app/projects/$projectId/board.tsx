import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useCallback, useEffect } from 'react';
import { Broken } from '@/components/broken';
import { Button } from '@/components/ui/button';
import { useProject } from '@/features/projects/use-project';
import { Board } from '@/features/tasks/board';
import { BoardBones } from '@/features/tasks/board-bones';
import { boardOptions, followBoard, MOST } from '@/features/tasks/board-cache';
import { Choosing } from '@/features/tasks/choosing';
import { Filters } from '@/features/tasks/filters';
import { NoTasks } from '@/features/tasks/no-tasks';
import { Peek } from '@/features/tasks/peek';
import { isNarrowed, readBoardSearch, type TaskFilter } from '@/features/tasks/search';
import { ViewsButton } from '@/features/tasks/views-button';
import { count } from '@/lib/format';
import { problem } from '@/lib/problem';
import { useWhyNotIn } from '@/lib/rights';

export const Route = createFileRoute('/_app/projects/$projectId/board')({
  validateSearch: readBoardSearch,
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(boardOptions(params.projectId)),
  component: ProjectBoard,
});

function ProjectBoard() {
  const { projectId } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const project = useProject(projectId);
  const noChange = useWhyNotIn(project, 'task:update');
  const noNew = useWhyNotIn(project, 'task:create');
  const { data, error, refetch } = useQuery(boardOptions(projectId));
  useEffect(() => followBoard(projectId), [projectId]);
  const narrow = useCallback(
    (part: TaskFilter) =>
      void navigate({ params: { projectId }, search: (now) => ({ ...now, ...part }), replace: true }),
    [navigate, projectId],
  );
  if (error && !data) return <Broken error={problem(error)} reset={() => void refetch()} />;
  const isEmpty = data && data.tasks.length === 0;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-1 flex-col md:absolute md:inset-0">
        {!isEmpty && (
          <Filters
            projectId={projectId}
            filter={search}
            onChange={narrow}
            before={<ViewsButton projectId={projectId} layout="board" search={search} />}
            after={
              isNarrowed(search) && (
                <Button
                  look="quiet"
                  onClick={() => void navigate({ params: { projectId }, search: { column: search.column } })}
                >
                  Clear
                </Button>
              )
            }
          />
        )}
        {data && data.totals.open > MOST && (
          <p className="border-line border-b px-4 py-1.5 text-mute text-xs md:px-[1.125rem]">
            Of {count(data.totals.open)} open tasks the first {count(MOST)} are here. The list has them all.
          </p>
        )}
        {!data && <BoardBones />}
        {isEmpty && <NoTasks why={noNew} />}
        {data && !isEmpty && (
          <Board
            projectId={projectId}
            board={data}
            search={search}
            onColumn={(column) =>
              void navigate({ params: { projectId }, search: (now) => ({ ...now, column }), replace: true })
            }
            mayMove={!noChange}
            mayAdd={!noNew}
          />
        )}
      </div>
      <Peek projectId={projectId} taskId={search.peek} />
      <Choosing />
    </div>
  );
}
