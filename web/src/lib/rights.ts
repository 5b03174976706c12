/** What somebody may do here, and the sentence that says why not. The server decides; this only says it beforehand. */
import type { ProjectRead } from '@/api/gen';
import { useMe } from './session';

const READS_ONLY = 'Your account only reads. An administrator can change that.';

const ARCHIVED = 'This project is archived. An owner can restore it.';

const ROLES: Record<ProjectRead['role'], string> = {
  viewer: 'You only read in this project. An owner can change that.',
  member: 'Only an owner of this project may do that.',
  owner: READS_ONLY,
  admin: 'You look into this project as an administrator. What is inside is its members’ to change.',
};

/** Why the account may not do something at all; undefined where it may. */
export function useWhyNot(permission: string): string | undefined {
  return useMe().permissions.includes(permission) ? undefined : READS_ONLY;
}

/** Why it may not be done in this project; undefined where it may. */
export function useWhyNotIn(project: ProjectRead, permission: string): string | undefined {
  const account = useWhyNot(permission);
  if (project.archived_at && !project.permissions.includes(permission)) return account ?? ARCHIVED;
  return project.permissions.includes(permission) ? undefined : (account ?? ROLES[project.role]);
}
