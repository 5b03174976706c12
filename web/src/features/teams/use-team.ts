import { useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { TeamRead } from '@/api/gen';
import { getTeamOptions } from '@/api/gen/@tanstack/react-query.gen';
import { stale } from '@/lib/client';
import { liveness } from '@/lib/liveCache';

/** The team of a page below /teams/$teamId, which has loaded it. */
export function useTeam(teamId: string): TeamRead {
  return useSuspenseQuery(getTeamOptions({ path: { team_id: teamId } })).data.data;
}

const OF_A_TEAM = ['getTeam', 'listTeamMembers', 'listTeamInvitations', 'listTeamProjects'];

/** Follows what others do to a team while its page is open. */
export function useFollowTeam(teamId: string): void {
  useEffect(() => {
    const again = () => void stale(...OF_A_TEAM);
    return liveness.on(`team:${teamId}`, { onEvent: again, onReset: again });
  }, [teamId]);
}
