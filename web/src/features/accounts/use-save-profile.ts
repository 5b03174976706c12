import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { changeProfile, type ProfilePatch } from '@/api/gen';
import type { Problem } from '@/lib/problem';
import { rememberMe } from '@/lib/session';

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
