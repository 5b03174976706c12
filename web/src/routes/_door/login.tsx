import { createFileRoute, Link, redirect, useRouter } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { getSetupOptions, loginMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { PasswordField, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { inside, text } from '@/lib/forms';
import { forget, rememberMe } from '@/lib/session';
import { useTitle } from '@/lib/title';

type Search = { next?: string | undefined; ended?: true | undefined };

export const Route = createFileRoute('/_door/login')({
  // What is not wanted is set to undefined: a key that is left out would come through as it was.
  validateSearch: (search: Record<string, unknown>): Search => ({
    next: inside(search.next) ? search.next : undefined,
    ended: search.ended === true || undefined,
  }),
  loader: async ({ context }) => {
    const { data } = await context.queryClient.fetchQuery(getSetupOptions());
    if (data.needed) throw redirect({ to: '/setup' });
    return data;
  },
  component: Login,
});

function Login() {
  useTitle('Sign in');
  const { next, ended } = Route.useSearch();
  const { registration } = Route.useLoaderData();
  const router = useRouter();
  const login = useAction(loginMutation());

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const who = text(form, 'who');
    const name = who.includes('@') ? { email: who } : { username: who };
    login.mutate(
      { body: { ...name, password: text(form, 'password') } },
      {
        onSuccess: ({ data }) => {
          // What belonged to whoever was signed in here before is not theirs to see.
          forget();
          if ('user' in data) rememberMe(data.user);
          router.history.push(`/app${next ?? '/'}`);
        },
      },
    );
  }

  return (
    <>
      <h1 className="mt-5 text-2xl">Sign in</h1>
      <form onSubmit={submit} className="mt-6 grid gap-4">
        {ended && !login.error && <Notice>Your session has ended. Sign in to go on where you were.</Notice>}
        {login.error && <Notice tone="bad">{login.error.message}</Notice>}
        <TextField
          label="E-mail or username"
          name="who"
          autoComplete="username"
          autoCapitalize="none"
          required
          autoFocus
        />
        <PasswordField label="Password" name="password" autoComplete="current-password" required />
        <Button type="submit" look="ink" busy={login.isPending && 'Signing in…'}>
          Sign in
        </Button>
      </form>
      <p className="mt-6 text-mute">
        <Link to="/forgot-password" className="underline underline-offset-3 hover:text-fg">
          Forgot password?
        </Link>
      </p>
      {registration === 'open' && (
        <p className="mt-2 text-mute">
          New here?{' '}
          <Link to="/register" className="font-[520] text-fg underline underline-offset-3">
            Make an account
          </Link>
        </p>
      )}
    </>
  );
}
