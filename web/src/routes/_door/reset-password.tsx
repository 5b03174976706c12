import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link, useLocation } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef } from 'react';
import { checkResetLink } from '@/api/gen';
import { resetPasswordMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button, ButtonLink } from '@/components/ui/button';
import { PasswordField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { placed } from '@/features/accounts/account-fields';
import { useAction } from '@/lib/action';
import { plural } from '@/lib/format';
import { text } from '@/lib/forms';
import { forget } from '@/lib/session';
import { useTitle } from '@/lib/title';

export const Route = createFileRoute('/_door/reset-password')({ component: ResetPassword });

const GONE = 'PASSWORD_LINK_INVALID';

/** Where the link of a forgotten password leads. The secret stands behind the #, which is sent to no server. */
function ResetPassword() {
  useTitle('New password');
  const token = useLocation({ select: ({ hash }) => hash });
  const reset = useAction(resetPasswordMutation(), { onSuccess: forget });
  const link = useQuery({
    queryKey: ['reset-link', token],
    queryFn: async () => (await checkResetLink({ body: { token } })).data.data,
    enabled: token !== '' && !reset.isSuccess,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (reset.isSuccess) return <Done ended={reset.data.data.sessions_ended} />;
  if (!token || link.error?.code === GONE || reset.error?.code === GONE) return <NoLink />;
  if (link.error) return <Trouble message={link.error.message} again={() => void link.refetch()} />;
  if (!link.data) return <p className="mt-5 text-mute">Looking at the link…</p>;
  const { fields, above } = placed(reset.error);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    reset.mutate({ body: { token, password: text(new FormData(event.currentTarget), 'password') } });
  }

  return (
    <>
      <h1 className="mt-5 text-2xl">Set a new password</h1>
      <p className="mt-2 text-mute [overflow-wrap:anywhere]">
        For <span className="font-[520] text-fg">{link.data.email}</span>. Every session of the account ends.
      </p>
      <form onSubmit={submit} className="mt-6 grid gap-4">
        {above && <Notice tone="bad">{above}</Notice>}
        {/* So that a password manager knows which account it is for. */}
        <input type="hidden" name="username" autoComplete="username" value={link.data.email} readOnly />
        <PasswordField
          label="New password"
          name="password"
          autoComplete="new-password"
          minLength={8}
          maxLength={128}
          required
          autoFocus
          hint="8 characters or more. A sentence is easier to keep than a riddle."
          error={fields.password}
        />
        <Button type="submit" look="ink" busy={reset.isPending && 'Setting it…'}>
          Set password
        </Button>
      </form>
    </>
  );
}

function NoLink() {
  return (
    <>
      <h1 className="mt-5 text-2xl">This link no longer works</h1>
      <p className="mt-2 text-mute [text-wrap:pretty]">
        It was used or has expired, or a part of it was lost on the way. A link works once, for an hour; setting a
        password ends all others.
      </p>
      <ButtonLink look="ink" to="/forgot-password" className="mt-6">
        Ask for another
      </ButtonLink>
      <p className="mt-6 text-mute">
        Set it already?{' '}
        <Link to="/login" className="font-[520] text-fg underline underline-offset-3">
          Sign in
        </Link>
      </p>
    </>
  );
}

function Trouble({ message, again }: { message: string; again: () => void }) {
  return (
    <>
      <h1 className="mt-5 text-2xl">The link was not looked at</h1>
      <div className="mt-6 grid gap-4">
        <Notice tone="bad">{message}</Notice>
        <Button onClick={again}>Try again</Button>
      </div>
    </>
  );
}

function Done({ ended }: { ended: number }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1} className="mt-5 text-2xl outline-none">
        The new password is set
      </h1>
      <p className="mt-2 text-mute">{ended > 0 && `${plural(ended, 'session')} ended. `}Sign in with it from now on.</p>
      <ButtonLink look="ink" to="/login" replace className="mt-6">
        Sign in
      </ButtonLink>
    </>
  );
}
