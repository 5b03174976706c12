import { createFileRoute, Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { verifyEmailMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button, ButtonLink } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useTitle } from '@/lib/title';

export const Route = createFileRoute('/_door/verify-email')({ component: VerifyEmail });

/**
 * Where the link of a welcome leads. Only the button uses it up: programs that look into mail open its links, and what
 * they open shows nobody to be its reader.
 */
function VerifyEmail() {
  useTitle('Confirm your address');
  const token = useLocation({ select: ({ hash }) => hash });
  const verify = useAction(verifyEmailMutation(), {
    onSuccess: () => stale('getMe', 'getNotificationSettings'),
  });
  if (verify.isSuccess) return <Done email={verify.data.data.email} />;
  const gone = !token || verify.error?.code === 'EMAIL_LINK_INVALID';
  return (
    <>
      <h1 className="mt-5 text-2xl">{gone ? 'This link no longer works' : 'Confirm your address'}</h1>
      <p className="mt-2 text-mute [text-wrap:pretty]">
        {gone
          ? 'It was used or has expired, or a part of it was lost on the way. Ask for another in your settings.'
          : 'E-mail about your work can then reach you. Go on only if the account is yours.'}
      </p>
      <div className="mt-6 grid gap-4">
        {verify.error && !gone && <Notice tone="bad">{verify.error.message}</Notice>}
        {gone ? (
          <ButtonLink look="ink" to="/settings/notifications">
            Open settings
          </ButtonLink>
        ) : (
          <Button
            look="ink"
            busy={verify.isPending && 'Confirming…'}
            onClick={() => verify.mutate({ body: { token } })}
          >
            Confirm this address
          </Button>
        )}
      </div>
      {!gone && (
        <p className="mt-6 text-mute">
          Not your account?{' '}
          <Link to="/login" className="font-[520] text-fg underline underline-offset-3">
            Leave it
          </Link>
        </p>
      )}
    </>
  );
}

function Done({ email }: { email: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1} className="mt-5 text-2xl outline-none">
        Your address is confirmed
      </h1>
      <p className="mt-2 text-mute [overflow-wrap:anywhere]">
        E-mail about your work goes to <span className="font-[520] text-fg">{email}</span>.
      </p>
      <ButtonLink look="ink" to="/" replace className="mt-6">
        Go to my work
      </ButtonLink>
    </>
  );
}
