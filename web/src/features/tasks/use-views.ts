import { useQuery } from '@tanstack/react-query';
import type { ViewRead } from '@/api/gen';
import { listViewsOptions } from '@/api/gen/@tanstack/react-query.gen';

/** The saved views one sees of a project, shared ones first; none until they are known. */
export function useViews(projectId: string): readonly ViewRead[] {
  return useQuery(listViewsOptions({ path: { project_id: projectId } })).data?.items ?? [];
}
