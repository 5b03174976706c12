import { createFileRoute, redirect, useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { getSetupOptions, setUpMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { Stop, Track } from '@/components/ui/track';
import { AccountFields, readAccount } from '@/features/accounts/account-fields';
import { useAction } from '@/lib/action';
import { rememberMe } from '@/lib/session';
import { useTitle } from '@/lib/title';

export const Route = createFileRoute('/_door/setup')({
  validateSearch: (search: Record<string, unknown>): { token?: string | undefined } => ({
    token: typeof search.token === 'string' && search.token ? search.token : undefined,
  }),
  loader: async ({ context }) => {
    const { data } = await context.queryClient.fetchQuery(getSetupOptions());
    if (!data.needed) throw redirect({ to: '/login' });
  },
  component: Setup,
});

const NEW_LINK = 'taskyard admin setup-link';

function Setup() {
  useTitle('Set up');
  const { token } = Route.useSearch();
  return token ? <FirstAdmin token={token} /> : <NoToken />;
}

function NoToken() {
  return (
    <>
      <h1 className="mt-5 text-2xl">This Taskyard is new</h1>
      <p className="mt-4 text-mute">
        Its first administrator is made by a one-time link, so that nobody else on the network gets here first. The link
        was printed where <code>taskyard up</code> was started. For a new one, run:
      </p>
      <div className="mt-4 flex items-center justify-between rounded-card border border-line bg-panel py-1.5 pr-1.5 pl-3">
        <code>{NEW_LINK}</code>
        <Copy text={NEW_LINK} what="the command" />
      </div>
    </>
  );
}

function FirstAdmin({ token }: { token: string }) {
  const navigate = useNavigate();
  const setup = useAction(setUpMutation());

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setup.mutate(
      { body: { token, ...readAccount(new FormData(event.currentTarget)) } },
      {
        onSuccess: async ({ data }) => {
          rememberMe(data.user);
          // Replaced, so that the used-up link does not stay behind in the history.
          await navigate({ to: '/', replace: true });
        },
      },
    );
  }

  return (
    <>
      <h1 className="mt-5 text-2xl">Make the first administrator</h1>
      <p className="mt-2 text-mute">This account looks after the whole Taskyard. The link works once.</p>
      <form onSubmit={submit} className="mt-6 grid gap-4">
        <AccountFields error={setup.error} />
        <Button type="submit" look="ink" busy={setup.isPending && 'Making it…'}>
          Make administrator
        </Button>
      </form>
      <Track className="mt-9 text-mute [--gap:0.625rem]">
        <Stop signal="now" said="Now">
          <span className="font-[520] text-fg">Make this account</span>
        </Stop>
        <Stop signal="ahead" said="Next">
          Open a sample project with real source
        </Stop>
        <Stop signal="ahead" said="Then" last>
          Watch its analysis run, and read the report
        </Stop>
      </Track>
    </>
  );
}
