import { useRouter } from '@tanstack/react-router';
import { logoutMutation } from '@/api/gen/@tanstack/react-query.gen';
import { useAction } from '@/lib/action';
import { overlay } from '@/lib/overlay';
import { forget } from '@/lib/session';
import { sayFailed } from '@/lib/toasts';

/** Ends the session here and leads to the sign-in page. */
export function useSignOut(): () => void {
  const router = useRouter();
  const { mutate } = useAction(logoutMutation(), {
    onSuccess: async () => {
      overlay(null);
      await router.navigate({ to: '/login' });
      forget();
    },
    onError: (error) => void sayFailed('Still signed in', error),
  });
  return () => mutate({});
}
