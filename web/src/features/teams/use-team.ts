import { type Query, useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { TeamRead } from '@/api/gen';
import { getTeamOptions } from '@/api/gen/@tanstack/react-query.gen';
import { again, liveness, since } from '@/lib/liveCache';

/** The team of a page below /teams/$teamId, which has loaded it. */
export function useTeam(teamId: string): TeamRead {
  return useSuspenseQuery(getTeamOptions({ path: { team_id: teamId } })).data.data;
}

const OF_A_TEAM = ['getTeam', 'listTeamMembers', 'listTeamInvitations', 'listTeamProjects'];

/** Follows what others do to a team while its page is open. */
export function useFollowTeam(teamId: string): void {
  useEffect(() => {
    const readAgain = () => again(...OF_A_TEAM);
    const after = since((query) => isOf(teamId, query));
    return liveness.on(`team:${teamId}`, { after, onEvent: readAgain, onReset: readAgain });
  }, [teamId]);
}

function isOf(teamId: string, { queryKey: [head] }: Query): boolean {
  const { _id, path } = (head ?? {}) as { _id?: string; path?: { team_id?: string } };
  return OF_A_TEAM.includes(_id ?? '') && path?.team_id === teamId;
}
