import type { TeamRead } from '@/api/gen';
import { useWhyNot } from '@/lib/rights';

/** Why it may not be done in this team; undefined where it may. */
export function useWhyNotInTeam(team: TeamRead, permission: string): string | undefined {
  const account = useWhyNot(permission);
  if (team.permissions.includes(permission)) return undefined;
  return account ?? (permission === 'team:delete' ? 'Only an owner of this team may do that.' : BY_LEADS);
}

const BY_LEADS = 'Only an owner or an admin of this team may do that.';
