import { useCallback, useMemo, useRef, useState } from 'react';
import type { PageTaskSummary } from '@/api/gen';
import { Pager } from '@/components/pager';
import { useShortcuts } from '@/lib/shortcuts';
import { BulkBar } from './bulk-bar';
import { useApplied } from './change';
import { grouped } from './groups';
import { ListRow } from './list-row';
import type { ListSearch } from './search';
import { useTaskKeys } from './use-task-keys';

type TaskListProps = { page: PageTaskSummary; search: ListSearch; onPage: (page: number) => void; may: boolean };

/** A page of tasks in groups. Rows are walked with J and K, chosen with X, opened with Enter. */
export function TaskList({ page, search, onPage, may }: TaskListProps) {
  const tasks = useApplied(page.items);
  const groups = useMemo(() => grouped(tasks, search.group ?? 'none'), [tasks, search.group]);
  const order = useMemo(() => groups.flatMap((group) => group.tasks.map((task) => task.id)), [groups]);
  const { chosen, choose, clear } = useChosen(order);
  const box = useRef<HTMLDivElement>(null);
  useTaskKeys(box, tasks, may, search.peek);
  useShortcuts(
    may
      ? [
          {
            keys: 'X',
            does: 'Choose the row',
            run: () => {
              const id = document.activeElement?.closest('[data-task]')?.getAttribute('data-task');
              if (id) choose(id, !chosen.has(id), false);
            },
          },
        ]
      : [],
  );
  const picked = tasks.filter((task) => chosen.has(task.id));
  return (
    <>
      <div ref={box}>
        {groups.map(({ key, title, tasks: rows }) => (
          <section key={key} aria-label={title || 'Tasks'}>
            {title && (
              <h2 className="flex items-baseline gap-2 border-line border-b bg-raise/50 px-4 py-1.5 md:px-[1.125rem]">
                {title}
                <span className="num font-normal text-mute text-xs">{rows.length}</span>
              </h2>
            )}
            <ul className="border-line border-b">
              {rows.map((task) => (
                <ListRow
                  key={task.id}
                  task={task}
                  chosen={chosen.has(task.id)}
                  open={search.peek === task.id}
                  may={may}
                  onChoose={choose}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
      <Pager
        page={page.page}
        pageSize={page.page_size}
        total={page.total}
        what="tasks"
        words={['Before', 'After']}
        onPage={onPage}
      />
      {picked.length > 0 && <BulkBar tasks={picked} onClear={clear} />}
    </>
  );
}

/** Which rows are chosen. With Shift all between the last one and this are, as in every list of files. */
function useChosen(order: readonly string[]) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string>(undefined);
  const latest = useRef(order);
  latest.current = order;

  const choose = useCallback((id: string, on: boolean, range: boolean) => {
    const from = range ? latest.current.indexOf(last.current ?? '') : -1;
    const to = latest.current.indexOf(id);
    const meant = from < 0 ? [id] : latest.current.slice(Math.min(from, to), Math.max(from, to) + 1);
    last.current = id;
    setChosen((now) => {
      const next = new Set(now);
      for (const one of meant) on ? next.add(one) : next.delete(one);
      return next;
    });
  }, []);

  return { chosen, choose, clear: useCallback(() => setChosen(new Set()), []) };
}
