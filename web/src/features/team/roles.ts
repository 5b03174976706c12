import type { MemberRead } from '@/api/gen';

export type Role = MemberRead['role'];

type RoleAbout = { value: Role; label: string; about: string };

/** The roles in a project, the one most people get first. */
export const ROLES: readonly [RoleAbout, ...RoleAbout[]] = [
  { value: 'member', label: 'Member', about: 'works here: tasks, source, runs, files' },
  { value: 'viewer', label: 'Viewer', about: 'reads everything, changes nothing' },
  { value: 'owner', label: 'Owner', about: 'also changes the project and its team' },
];

const LABELS: Record<Role, string> = { owner: 'Owner', member: 'Member', viewer: 'Viewer' };

export function roleLabel(role: Role): string {
  return LABELS[role];
}

/** The link as this browser reaches the server, whatever the server calls itself. */
export function here(url: string): string {
  return location.origin + url.slice(url.indexOf('/app/'));
}
