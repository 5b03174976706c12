import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Broken, Missing } from '@/components/broken';
import { queryClient, session } from '@/lib/client';
import { liveness } from '@/lib/liveCache';
import { Problem } from '@/lib/problem';
import { forget, meOptions } from '@/lib/session';
import { handleKey } from '@/lib/shortcuts';
import { routeTree } from './routeTree.gen';
import './index.css';

const router = createRouter({
  routeTree,
  basepath: '/app',
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: Missing,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

// A handshake that is refused does not tell a browser why; asking who is signed in does.
liveness.onDoubt = () => void queryClient.fetchQuery({ ...meOptions, staleTime: 0 }).catch(() => {});
liveness.onGone = () => session.onLost();

let leaving = false;

session.onLost = () => {
  const { pathname, href } = router.state.location;
  if (leaving || pathname === '/login' || pathname === '/setup' || pathname === '/register') return;
  leaving = true;
  liveness.stop();
  // What belonged to the account is forgotten when its pages are gone; under them they would ask for it again.
  void router.navigate({ to: '/login', search: { next: href, ended: true } }).finally(() => {
    forget();
    leaving = false;
  });
};

addEventListener('keydown', handleKey);

const root = document.getElementById('root');
if (!root) throw new Error('index.html holds no #root');
// A Problem that a page could not do without is shown in its place; only what nobody expected belongs in the console.
const onCaughtError = (error: unknown) => error instanceof Problem || reportError(error);
createRoot(root, { onCaughtError }).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
