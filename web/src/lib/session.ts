/** Who is signed in here. */
import { useSuspenseQuery } from '@tanstack/react-query';
import type { UserRead } from '@/api/gen';
import { getMeOptions, getMeQueryKey } from '@/api/gen/@tanstack/react-query.gen';
import { queryClient } from './client';
import { liveness } from './liveCache';

export const meOptions = { ...getMeOptions(), staleTime: Number.POSITIVE_INFINITY };

export function useMe(): UserRead {
  return useSuspenseQuery(meOptions).data.data;
}

/**
 * Whether this browser was signed in when it last looked. Only a hint: the session itself is a cookie that scripts
 * cannot read. With it the account is asked for at once; without it a stranger is not answered with a 401.
 */
const HINT = 'taskyard:signed-in';

export function wasSignedIn(): boolean {
  return localStorage.getItem(HINT) === 'yes';
}

/** Keeps the account at hand, right after sign-in or after a change to it. */
export function rememberMe(user: UserRead): void {
  localStorage.setItem(HINT, 'yes');
  queryClient.setQueryData(getMeQueryKey(), { data: user });
}

/** Forgets everything that belonged to the account. */
export function forget(): void {
  localStorage.removeItem(HINT);
  liveness.stop();
  queryClient.clear();
}
