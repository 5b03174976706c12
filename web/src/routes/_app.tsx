import type { QueryClient } from '@tanstack/react-query';
import { createFileRoute, Outlet, redirect } from '@tanstack/react-router';
import { getSetupOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Shell } from '@/components/shell/shell';
import { liveness } from '@/lib/liveCache';
import { problem } from '@/lib/problem';
import { forget, meOptions, rememberMe, wasSignedIn } from '@/lib/session';

export const Route = createFileRoute('/_app')({
  beforeLoad: async ({ context, location }) => {
    if (await isSignedIn(context.queryClient)) return;
    throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } });
  },
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
});

/** Whether somebody is signed in here; if so, their account is at hand afterwards. */
async function isSignedIn(queryClient: QueryClient): Promise<boolean> {
  if (!wasSignedIn()) {
    const { data } = await queryClient.fetchQuery(getSetupOptions());
    if (data.needed) throw redirect({ to: '/setup' });
    if (!data.signed_in) return false;
  }
  try {
    // With one's account comes the place in the stream of events at which this tab begins, so it is asked for again
    // after a sign-in, whose answer holds the account alone.
    const known = liveness.position !== undefined;
    rememberMe((await queryClient.fetchQuery(known ? meOptions : { ...meOptions, staleTime: 0 })).data);
    return true;
  } catch (error) {
    if (problem(error).status !== 401) throw error;
    forget();
    return false;
  }
}
