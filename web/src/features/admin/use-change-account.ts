import type { AccountPatch, AccountRead } from '@/api/gen';
import { changeUserMutation, getUserQueryKey } from '@/api/gen/@tanstack/react-query.gen';
import { useAction } from '@/lib/action';
import { queryClient, stale } from '@/lib/client';
import type { Problem } from '@/lib/problem';
import { say } from '@/lib/toasts';

type Change = { change: (body: AccountPatch) => void; busy: boolean; error: Problem | null };

/** Changes what an administrator decides of an account, unless somebody else did meanwhile. */
export function useChangeAccount(account: AccountRead, said: string): Change {
  const path = { user_id: account.id };
  const { mutate, isPending, error } = useAction(changeUserMutation(), {
    onSuccess: (answer) => {
      queryClient.setQueryData(getUserQueryKey({ path }), answer);
      void stale('listUsers', 'listUserSessions', 'getMe');
      void say(said);
    },
    onError: () => void stale('getUser'),
  });
  const headers = { 'If-Match': `"${account.version}"` };
  return { change: (body) => mutate({ path, headers, body }), busy: isPending, error };
}
