import { useQuery } from '@tanstack/react-query';
import { OctagonPause } from 'lucide-react';
import type { ReactNode } from 'react';
import { listLabelsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { SearchBox } from '@/components/search-box';
import { Button } from '@/components/ui/button';
import { Pick } from '@/components/ui/pick';
import type { Due, TaskFilter } from './search';
import { useTeam } from './use-team';
import { isPriority, PRIORITIES, PRIORITY_ORDER } from './words';

const ANY = 'any';
const any = { value: ANY, label: 'any' } as const;
const DUE: { value: Due | typeof ANY; label: string }[] = [
  any,
  { value: 'overdue', label: 'overdue' },
  { value: 'week', label: 'within a week' },
];
const PRIORITY = [any, ...PRIORITY_ORDER.map((value) => ({ value, label: PRIORITIES[value].word }))];

type FiltersProps = {
  projectId: string;
  filter: TaskFilter;
  onChange: (part: TaskFilter) => void;
  /** What stands before and after. */
  before?: ReactNode;
  after?: ReactNode;
};

/** What narrows the tasks of a project; all of it is in the address. */
export function Filters({ projectId, filter, onChange, before, after }: FiltersProps) {
  const people = useTeam(projectId);
  const { data: labels } = useQuery(listLabelsOptions({ path: { project_id: projectId } }));
  const assignees = [
    any,
    { value: 'me', label: 'me' },
    { value: 'none', label: 'nobody' },
    ...(people ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  const known = labels?.items ?? [];
  return (
    <div className="relative flex shrink-0 items-start gap-2 overflow-x-auto border-line border-b px-4 py-2 [scrollbar-width:none] md:px-[1.125rem]">
      {/* Without room for all, what narrows takes a second line, and how it is shown stays where it is. */}
      <div className="flex items-center gap-2 md:flex-1 md:flex-wrap">
        {before}
        <SearchBox
          label="Find a task"
          value={filter.q ?? ''}
          onChange={(q) => onChange({ q: q || undefined })}
          className="w-40 shrink-0 md:w-28 md:max-w-44 md:grow"
        />
        <Pick
          label="Assignee"
          idle={ANY}
          value={filter.assignee ?? ANY}
          options={assignees}
          onChange={(value) => onChange({ assignee: value === ANY ? undefined : value })}
        />
        <Pick
          label="Priority"
          idle={ANY}
          value={filter.priority ?? ANY}
          options={PRIORITY}
          onChange={(value) => onChange({ priority: isPriority(value) ? value : undefined })}
        />
        {known.length > 0 && (
          <Pick
            label="Label"
            idle={ANY}
            value={filter.label ?? ANY}
            options={[any, ...known.map(({ id, name }) => ({ value: id, label: name }))]}
            onChange={(value) => onChange({ label: value === ANY ? undefined : value })}
          />
        )}
        <Pick
          label="Due"
          idle={ANY}
          value={filter.due ?? ANY}
          options={DUE}
          onChange={(value) => onChange({ due: value === ANY ? undefined : value })}
        />
        <Button
          icon={<OctagonPause />}
          aria-pressed={filter.blocked === true}
          onClick={() => onChange({ blocked: filter.blocked ? undefined : true })}
          className={filter.blocked ? 'border-ink! bg-raise!' : 'text-mute'}
        >
          Blocked
        </Button>
      </div>
      {after && <div className="flex items-center gap-2">{after}</div>}
    </div>
  );
}
