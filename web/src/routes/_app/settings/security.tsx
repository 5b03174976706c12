import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { changePasswordMutation, listSessionsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { PasswordField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { LinkDevice } from '@/features/accounts/link-device';
import { SecurityLog } from '@/features/accounts/security-log';
import { SessionRow } from '@/features/accounts/session-row';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { plural } from '@/lib/format';
import { text } from '@/lib/forms';
import { say } from '@/lib/toasts';

export const Route = createFileRoute('/_app/settings/security')({
  loader: ({ context }) => context.queryClient.ensureQueryData(listSessionsOptions()),
  component: Security,
});

/** Which field a refusal to change the password speaks of. */
const FIELD_OF: Record<string, string> = {
  PASSWORD_TOO_WEAK: 'new_password',
  AUTH_REAUTH_REQUIRED: 'current_password',
};

function Security() {
  const { data } = useSuspenseQuery(listSessionsOptions());
  return (
    <>
      <Password />
      <Section title="Sessions" about="Where you are signed in. Ending one signs that device out at once.">
        <ul className="rounded-card border border-line bg-panel">
          {data.items.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      </Section>
      <Section title="Another device" about="By a link that works once, so that no password is typed there.">
        <LinkDevice />
      </Section>
      <Section title="What happened lately" about="If something here was not you, change your password.">
        <SecurityLog />
      </Section>
    </>
  );
}

function Password() {
  const change = useAction(changePasswordMutation());
  const field = FIELD_OF[change.error?.code ?? ''];
  const fields = field ? { [field]: change.error?.message } : (change.error?.fields ?? {});

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    change.mutate(
      { body: { current_password: text(given, 'current_password'), new_password: text(given, 'new_password') } },
      {
        onSuccess: ({ data }) => {
          form.reset();
          void stale('listSessions');
          void say(`Password changed; ${plural(data.sessions_ended, 'other session')} ended`);
        },
      },
    );
  }

  return (
    <Section title="Password" about="Changing it ends every other session of yours.">
      <form onSubmit={submit} className="grid gap-4">
        {change.error && !Object.keys(fields).length && <Notice tone="bad">{change.error.message}</Notice>}
        <PasswordField
          label="Current password"
          name="current_password"
          autoComplete="current-password"
          required
          error={fields.current_password}
        />
        <PasswordField
          label="New password"
          name="new_password"
          autoComplete="new-password"
          minLength={8}
          maxLength={128}
          required
          hint="8 characters or more."
          error={fields.new_password}
        />
        <div>
          <Button type="submit" look="ink" busy={change.isPending && 'Changing…'}>
            Change password
          </Button>
        </div>
      </form>
    </Section>
  );
}
