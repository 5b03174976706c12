import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { changeProfile, type ProfilePatch, type UserRead } from '@/api/gen';
import { getMeQueryKey } from '@/api/gen/@tanstack/react-query.gen';
import { queryClient } from '@/lib/client';
import type { Problem } from '@/lib/problem';
import { rememberMe } from '@/lib/session';
import { sayFailed } from '@/lib/toasts';

/** Changes parts of one's own account, and everything that shows it. */
export function useSaveProfile(saved?: () => void): UseMutationResult<void, Problem, ProfilePatch> {
  return useMutation({
    mutationFn: async (body: ProfilePatch) => {
      const { data } = await changeProfile({ body });
      rememberMe(data.data);
    },
    ...(saved ? { onSuccess: saved } : {}),
  });
}

/** Sets a preference. It counts at once; a refusal puts the old one back and says so. */
export function useSetPreference(): (preferences: NonNullable<ProfilePatch['preferences']>) => void {
  const { mutate } = useMutation<void, Problem, ProfilePatch, UserRead | undefined>({
    mutationFn: async (body) => {
      const { data } = await changeProfile({ body });
      rememberMe(data.data);
    },
    onMutate: ({ preferences }) => {
      const before = queryClient.getQueryData<{ data: UserRead }>(getMeQueryKey())?.data;
      if (before) rememberMe({ ...before, preferences: { ...before.preferences, ...preferences } });
      return before;
    },
    onError: (error, _, before) => {
      if (before) rememberMe(before);
      void sayFailed('The setting was not kept', error);
    },
  });
  return (preferences) => mutate({ preferences });
}
