import { useMutation } from '@tanstack/react-query';
import { createFileRoute, Link, redirect, useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { login, register } from '@/api/gen';
import { getSetupOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { AccountFields, readAccount } from '@/features/accounts/account-fields';
import type { Problem } from '@/lib/problem';
import { forget, rememberMe } from '@/lib/session';
import { useTitle } from '@/lib/title';

export const Route = createFileRoute('/_door/register')({
  loader: async ({ context }) => {
    const { data } = await context.queryClient.fetchQuery(getSetupOptions());
    if (data.needed) throw redirect({ to: '/setup' });
    if (data.registration !== 'open') throw redirect({ to: '/login' });
  },
  component: Register,
});

function Register() {
  useTitle('Make an account');
  const navigate = useNavigate();
  const make = useMutation<void, Problem, FormData>({
    mutationFn: async (form) => {
      const account = readAccount(form);
      await register({ body: account });
      const { data } = await login({ body: { email: account.email, password: account.password } });
      // What belonged to whoever was signed in here before is not theirs to see.
      forget();
      if ('user' in data.data) rememberMe(data.data.user);
    },
    onSuccess: () => navigate({ to: '/' }),
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    make.mutate(new FormData(event.currentTarget));
  }

  return (
    <>
      <h1 className="mt-5 text-2xl">Make an account</h1>
      <form onSubmit={submit} className="mt-6 grid gap-4">
        <AccountFields error={make.error} />
        <Button type="submit" look="ink" busy={make.isPending && 'Making it…'}>
          Make account
        </Button>
      </form>
      <p className="mt-6 text-mute">
        Have one already?{' '}
        <Link to="/login" className="font-[520] text-fg underline underline-offset-3">
          Sign in
        </Link>
      </p>
    </>
  );
}
