import { useSuspenseQuery } from '@tanstack/react-query';
import type { ProjectRead } from '@/api/gen';
import { getProjectOptions } from '@/api/gen/@tanstack/react-query.gen';

/** The project of a page below /projects/$projectId, which has loaded it. */
export function useProject(projectId: string): ProjectRead {
  return useSuspenseQuery(getProjectOptions({ path: { project_id: projectId } })).data.data;
}
