import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import type { CategoryRead, NotificationSettings } from '@/api/gen';
import { getNotificationSettingsOptions, listEmailsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Section } from '@/components/section';
import { Chip } from '@/components/ui/chip';
import { Notice } from '@/components/ui/notice';
import { Pick } from '@/components/ui/pick';
import { Switch } from '@/components/ui/switch';
import { ConfirmAddress } from '@/features/notifications/confirm-address';
import { EmailRow } from '@/features/notifications/email-row';
import { useChooseCategory } from '@/features/notifications/use-choose-category';

export const Route = createFileRoute('/_app/settings/notifications')({
  loader: ({ context }) =>
    Promise.all([
      context.queryClient.ensureQueryData(getNotificationSettingsOptions()),
      context.queryClient.ensureQueryData(listEmailsOptions()),
    ]),
  component: Notifications,
});

function Notifications() {
  const { data: settings } = useSuspenseQuery(getNotificationSettingsOptions()).data;
  return (
    <>
      <Section title="Address" about="Where e-mail for you goes.">
        <Address settings={settings} />
      </Section>
      <Section
        title="Tell me of"
        about="In the inbox, and by e-mail: at once, or in one letter a day. Every letter but those about your safety has a link to stop its kind."
      >
        <ul className="grid gap-4">
          {settings.categories.map((category) => (
            <li key={category.category}>
              <Category category={category} />
            </li>
          ))}
        </ul>
      </Section>
      <Sent />
    </>
  );
}

const MODES = [
  { value: 'off', label: 'None' },
  { value: 'at_once', label: 'At once' },
  { value: 'digest', label: 'Daily digest' },
] as const;

function Address({ settings }: { settings: NotificationSettings }) {
  const { email, email_verified: verified, mail } = settings;
  return (
    <div className="grid justify-items-start gap-3">
      <p className="flex max-w-full flex-wrap items-center gap-x-2.5 gap-y-1">
        <span className="min-w-0 font-[520] [overflow-wrap:anywhere]">{email}</span>
        {verified ? <Chip tone="ok">Confirmed</Chip> : mail && <Chip tone="warn">Not confirmed</Chip>}
      </p>
      {!mail && (
        <Notice>
          This Taskyard sends no e-mail, as no mail server is set up. What you choose here counts once there is one.
        </Notice>
      )}
      {mail && !verified && <ConfirmAddress />}
    </div>
  );
}

function Category({ category }: { category: CategoryRead }) {
  const choose = useChooseCategory();
  if (category.category === 'digest') {
    return (
      <Switch
        label={category.title}
        hint={category.about}
        checked={category.wanted}
        onChange={(wanted) => choose(category, { email: wanted ? 'at_once' : 'off' })}
      />
    );
  }
  if (!category.locked) {
    return (
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <Switch
            label={category.title}
            hint={category.about}
            checked={category.in_app ?? false}
            onChange={(inApp) => choose(category, { in_app: inApp })}
          />
        </div>
        <Pick label="E-mail" value={category.email} options={MODES} onChange={(email) => choose(category, { email })} />
      </div>
    );
  }
  return (
    <div className="flex items-start gap-3">
      <Lock aria-hidden="true" className="mt-0.5 h-4 w-7 shrink-0 text-mute" strokeWidth={1.75} />
      <div className="min-w-0 flex-1">
        <p className="font-[520]">{category.title}</p>
        <p className="mt-0.5 text-mute text-xs [text-wrap:pretty]">{category.about}</p>
      </div>
      <Chip>Always on</Chip>
    </div>
  );
}

function Sent() {
  const { items } = useSuspenseQuery(listEmailsOptions()).data;
  if (items.length === 0) return null;
  return (
    <Section title="Sent to you" about="The latest letters and what became of them. They are forgotten after 90 days.">
      <ul className="rounded-card border border-line bg-panel">
        {items.map((email) => (
          <EmailRow key={email.id} email={email} />
        ))}
      </ul>
    </Section>
  );
}
