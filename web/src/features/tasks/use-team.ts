import { useQuery } from '@tanstack/react-query';
import type { Person } from '@/api/gen';
import { listTeamOptions } from '@/api/gen/@tanstack/react-query.gen';

export type People = readonly Person[];

/** As large as every tier may have it; a project of more people names them in the list's own filter. */
const MOST = 50;

/** Who is in a project, as tasks name people; undefined until it is known. */
export function useTeam(projectId: string): People | undefined {
  const { data } = useQuery({
    ...listTeamOptions({ path: { project_id: projectId }, query: { page_size: MOST } }),
    select: ({ items }) =>
      items
        .filter((member) => member.active)
        .map(({ user_id, display_name, username }) => ({ id: user_id, name: display_name || username, username })),
  });
  return data;
}
