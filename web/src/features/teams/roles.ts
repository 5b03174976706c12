import type { TeamMemberRead } from '@/api/gen';

export type TeamRole = TeamMemberRead['role'];
export type GrantedRole = 'member' | 'viewer';

type RoleAbout = { value: TeamRole; label: string; about: string };

/** The roles in a team that admins too may give, the one most people get first. */
export const ROLES_BUT_OWNER: readonly [RoleAbout, ...RoleAbout[]] = [
  { value: 'member', label: 'Member', about: 'works in the projects the team is granted' },
  { value: 'viewer', label: 'Viewer', about: 'only reads in them' },
  { value: 'admin', label: 'Admin', about: 'works, and says who is in the team' },
];

export const TEAM_ROLES: readonly [RoleAbout, ...RoleAbout[]] = [
  ...ROLES_BUT_OWNER,
  { value: 'owner', label: 'Owner', about: 'also decides about owners, and can delete the team' },
];

/** What a team can be granted in a project. */
export const GRANTED: readonly { value: GrantedRole; label: string; about: string }[] = [
  { value: 'member', label: 'Member', about: 'its people work here; viewers of the team only read' },
  { value: 'viewer', label: 'Viewer', about: 'all of its people only read' },
];

export function teamRoleLabel(role: TeamRole): string {
  return TEAM_ROLES.find(({ value }) => value === role)?.label ?? role;
}
