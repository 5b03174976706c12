import { createFileRoute, Link, useNavigate } from '@tanstack/react-router';
import { exchangeSessionLinkMutation, getSetupOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { forget, rememberMe } from '@/lib/session';
import { useTitle } from '@/lib/title';

export const Route = createFileRoute('/_door/login_/session/$token')({
  loader: async ({ context }) => (await context.queryClient.fetchQuery(getSetupOptions())).data,
  component: SignInByLink,
});

/** Where a link from another device ends. Looking at it does nothing: only the button uses the link up. */
function SignInByLink() {
  useTitle('Sign in on this device');
  const { token } = Route.useParams();
  const { signed_in } = Route.useLoaderData();
  const navigate = useNavigate();
  const exchange = useAction(exchangeSessionLinkMutation(), {
    onSuccess: async ({ user }) => {
      // What belonged to whoever was signed in here before is not theirs to see.
      forget();
      rememberMe(user);
      // Replaced, so that the used-up link does not stay behind in the history.
      await navigate({ to: '/', replace: true });
    },
  });
  const gone = exchange.error?.code === 'SESSION_TOKEN_EXPIRED';
  return (
    <>
      <h1 className="mt-5 text-2xl">Sign in on this device</h1>
      <p className="mt-2 text-mute [text-wrap:pretty]">
        The link was made where its owner is signed in. It works once, for 90 seconds, and signs this browser in as
        them. Go on only if you made it yourself.
      </p>
      <div className="mt-6 grid gap-4">
        {signed_in && !gone && <Notice tone="warn">This browser is signed in already. Going on changes who is.</Notice>}
        {exchange.error && <Notice tone="bad">{exchange.error.message}</Notice>}
        {!gone && (
          <Button
            look="ink"
            busy={exchange.isPending && 'Signing in…'}
            onClick={() => exchange.mutate({ body: { token } })}
          >
            Sign in here
          </Button>
        )}
      </div>
      <p className="mt-6 text-mute">
        {signed_in ? 'Not wanted? ' : gone ? 'No other device at hand? ' : 'Not yours? '}
        <Link to={signed_in ? '/' : '/login'} className="font-[520] text-fg underline underline-offset-3">
          {signed_in ? 'Stay as you are' : gone ? 'Use your password' : 'Leave without signing in'}
        </Link>
      </p>
    </>
  );
}
