import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { getUserOptions, listUserSessionsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Fact, Facts } from '@/components/facts';
import { Page } from '@/components/page';
import { Section } from '@/components/section';
import { Ago } from '@/components/ui/ago';
import { Chip } from '@/components/ui/chip';
import { Copy } from '@/components/ui/copy';
import { Notice } from '@/components/ui/notice';
import { RoleChip } from '@/features/admin/account-row';
import { AccountSessions } from '@/features/admin/account-sessions';
import { ActiveSwitch } from '@/features/admin/active-switch';
import { RoleChoice } from '@/features/admin/role-choice';
import { TierChoice } from '@/features/admin/tier-choice';
import { useMe } from '@/lib/session';

export const Route = createFileRoute('/_app/people/$userId')({
  loader: ({ context, params }) => {
    const path = { user_id: params.userId };
    return Promise.all([
      context.queryClient.ensureQueryData(getUserOptions({ path })),
      context.queryClient.ensureQueryData(listUserSessionsOptions({ path })),
    ]);
  },
  component: Somebody,
});

const CRUMBS = [{ label: 'People', link: { to: '/people', search: {} } }] as const;

function Somebody() {
  const { userId } = Route.useParams();
  const account = useSuspenseQuery(getUserOptions({ path: { user_id: userId } })).data.data;
  const isMe = useMe().id === account.id;
  return (
    <Page
      title={account.display_name || account.username}
      crumbs={CRUMBS}
      beside={account.active ? <RoleChip role={account.role} /> : <Chip tone="bad">Deactivated</Chip>}
    >
      <div className="px-4 md:px-[1.125rem]">
        <Section title="Account">
          <div className="grid gap-3">
            {isMe && <Notice tone="warn">This is your own account. What you take from it, you lose at once.</Notice>}
            <Facts>
              <Fact name="Username">{account.username}</Fact>
              <Fact name="E-mail">{account.email}</Fact>
              <Fact name="Made">
                <Ago at={account.created_at} />
              </Fact>
              <Fact name="User id">
                <span className="-my-1 flex items-center gap-1">
                  <code className="truncate">{account.id}</code>
                  <Copy text={account.id} what="the user id" />
                </span>
              </Fact>
            </Facts>
          </div>
        </Section>
        <Section title="Role" about="It counts at the account’s next request.">
          <RoleChoice account={account} key={account.role} />
        </Section>
        <Section title="Plan" about="Goes before the plan the account has of its own.">
          <TierChoice account={account} key={account.version} />
        </Section>
        <Section title="Sessions" about="Where this account is signed in.">
          <AccountSessions account={account} />
        </Section>
        <Section title="Access" about="Nothing of the account is lost either way.">
          <ActiveSwitch account={account} key={String(account.active)} />
        </Section>
      </div>
    </Page>
  );
}
