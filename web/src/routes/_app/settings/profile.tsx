import { createFileRoute } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { Fact, Facts } from '@/components/facts';
import { Section } from '@/components/section';
import { Ago } from '@/components/ui/ago';
import { Button } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { placed } from '@/features/accounts/account-fields';
import { useSaveProfile } from '@/features/accounts/use-save-profile';
import { worded } from '@/lib/format';
import { text } from '@/lib/forms';
import { useMe } from '@/lib/session';
import { say } from '@/lib/toasts';

export const Route = createFileRoute('/_app/settings/profile')({ component: Profile });

function Profile() {
  const me = useMe();
  const save = useSaveProfile(() => void say('Profile saved'));
  const { fields, above } = placed(save.error);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    save.mutate({ display_name: text(form, 'display_name'), username: text(form, 'username') });
  }

  return (
    <>
      <Section title="Profile" about="How others see you beside what you do.">
        <form onSubmit={submit} className="grid gap-4">
          {above && <Notice tone="bad">{above}</Notice>}
          <TextField
            label="Name"
            name="display_name"
            autoComplete="name"
            defaultValue={me.display_name}
            required
            maxLength={120}
            error={fields.display_name}
          />
          <TextField
            label="Username"
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            defaultValue={me.username}
            required
            minLength={2}
            maxLength={40}
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
            title="Letters, digits, dots, dashes and underscores; it starts with a letter or digit."
            hint="You can sign in with it. Letters, digits, . _ -"
            error={fields.username}
          />
          <div>
            <Button type="submit" look="ink" busy={save.isPending && 'Saving…'}>
              Save
            </Button>
          </div>
        </form>
      </Section>
      <Section title="Account">
        <Facts>
          <Fact name="E-mail">{me.email}</Fact>
          <Fact name="Role">{worded(me.role)}</Fact>
          <Fact name="Plan">
            {worded(me.tier)}
            {me.tier_until && (
              <span className="text-mute">
                {' '}
                until <Ago at={me.tier_until} />
              </span>
            )}
          </Fact>
          <Fact name="Made">
            <Ago at={me.created_at} />
          </Fact>
          <Fact name="User id">
            <span className="-my-1 flex items-center gap-1">
              <code className="truncate">{me.id}</code>
              <Copy text={me.id} what="the user id" />
            </span>
          </Fact>
        </Facts>
      </Section>
    </>
  );
}
