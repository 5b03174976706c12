import { useQuery } from '@tanstack/react-query';
import { listLabelsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { filterWords } from './filter-words';
import type { ListSearch } from './search';
import { useTeam } from './use-team';

type NoMatchProps = { projectId: string; search: ListSearch; onClear: () => void };

/** In the place of tasks of which none is as asked: what was asked, and the way out. */
export function NoMatch({ projectId, search, onClear }: NoMatchProps) {
  const people = useTeam(projectId);
  const { data: labels } = useQuery(listLabelsOptions({ path: { project_id: projectId } }));
  return (
    <Empty title="No task matches" action={<Button onClick={onClear}>Clear the filters</Button>}>
      No task is {filterWords(search, people ?? [], labels?.items ?? [])}.
    </Empty>
  );
}
