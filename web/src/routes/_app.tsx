import type { QueryClient } from '@tanstack/react-query';
import { createFileRoute, Outlet, redirect } from '@tanstack/react-router';
import { getSetupOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Shell } from '@/components/shell/shell';
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
    rememberMe((await queryClient.ensureQueryData(meOptions)).data);
    return true;
  } catch (error) {
    if (problem(error).status !== 401) throw error;
    forget();
    return false;
  }
}
