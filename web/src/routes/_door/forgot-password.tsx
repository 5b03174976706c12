import { createFileRoute, Link } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef } from 'react';
import { forgotPasswordMutation, getSetupOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { placed } from '@/features/accounts/account-fields';
import { useAction } from '@/lib/action';
import { text } from '@/lib/forms';
import { useTitle } from '@/lib/title';

export const Route = createFileRoute('/_door/forgot-password')({
  loader: async ({ context }) => (await context.queryClient.fetchQuery(getSetupOptions())).data,
  component: ForgotPassword,
});

const BY_HAND = 'taskyard admin reset-link you@example.com';

function ForgotPassword() {
  useTitle('Forgot password');
  const { mail } = Route.useLoaderData();
  return (
    <>
      {mail ? <ByMail /> : <ByHand />}
      <p className="mt-6 text-mute">
        Remembered it?{' '}
        <Link to="/login" className="font-[520] text-fg underline underline-offset-3">
          Sign in
        </Link>
      </p>
    </>
  );
}

function ByMail() {
  const ask = useAction(forgotPasswordMutation());
  const { fields, above } = placed(ask.error);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    ask.mutate({ body: { email: text(new FormData(event.currentTarget), 'email') } });
  }

  if (ask.isSuccess) return <Sent to={ask.variables.body.email} again={() => ask.reset()} />;
  return (
    <>
      <h1 className="mt-5 text-2xl">Forgot your password?</h1>
      <p className="mt-2 text-mute [text-wrap:pretty]">We send a link to your e-mail address. It sets a new one.</p>
      <form onSubmit={submit} className="mt-6 grid gap-4">
        {above && <Notice tone="bad">{above}</Notice>}
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="email"
          required
          autoFocus
          error={fields.email}
        />
        <Button type="submit" look="ink" busy={ask.isPending && 'Sending…'}>
          Send a link
        </Button>
      </form>
    </>
  );
}

/** The same words whether or not there is such an account. */
function Sent({ to, again }: { to: string; again: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1} className="mt-5 text-2xl outline-none">
        Look into your e-mail
      </h1>
      <p className="mt-2 text-mute [overflow-wrap:anywhere] [text-wrap:pretty]">
        If there is an account with <span className="font-[520] text-fg">{to}</span>, a link is on its way. It works
        once, for an hour.
      </p>
      <p className="mt-4 text-mute [text-wrap:pretty]">
        Nothing came within a few minutes? Look among the unwanted mail, or try the address you signed up with.
      </p>
      <Button className="mt-6" onClick={again}>
        Try another address
      </Button>
    </>
  );
}

function ByHand() {
  return (
    <>
      <h1 className="mt-5 text-2xl">Forgot your password?</h1>
      <p className="mt-2 text-mute [text-wrap:pretty]">
        This Taskyard sends no e-mail. Whoever runs it can make you a link that sets a new password, with your address
        in this command:
      </p>
      <div className="mt-4 flex items-center justify-between gap-2 rounded-card border border-line bg-panel py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 [overflow-wrap:anywhere]">{BY_HAND}</code>
        <Copy text={BY_HAND} what="the command" />
      </div>
    </>
  );
}
