import { Link } from '@tanstack/react-router';
import type { AccountRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { Chip, type Tone } from '@/components/ui/chip';

const ROLE_TONES: Record<AccountRead['role'], Tone> = { user: 'plain', admin: 'info', viewer: 'wait' };

export function RoleChip({ role }: { role: AccountRead['role'] }) {
  return <Chip tone={ROLE_TONES[role]}>{role}</Chip>;
}

/** When somebody was last here, or that they may not come. */
export function Presence({ account }: { account: AccountRead }) {
  if (!account.active) return <Chip tone="bad">Deactivated</Chip>;
  if (!account.last_seen_at) return <span className="text-mute text-xs">Signed out</span>;
  return (
    <span className="text-mute text-xs">
      <span className="max-sm:sr-only">seen </span>
      <Ago at={account.last_seen_at} className="relative" />
    </span>
  );
}

/** Somebody in the list of people; the whole row leads to what an administrator can decide. */
export function AccountRow({ account }: { account: AccountRead }) {
  const name = account.display_name || account.username;
  return (
    <li className="relative border-line border-b last:border-0 hover:bg-raise/60">
      <div className="flex min-h-12 items-center gap-3 px-4 py-2 md:px-[1.125rem]">
        <Person id={account.id} name={name} size={24} />
        <div className="min-w-0 flex-1 lg:flex lg:items-baseline lg:gap-3">
          <Link
            to="/people/$userId"
            data-row-link
            params={{ userId: account.id }}
            className="block min-w-0 shrink-0 truncate font-[520] outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ink"
          >
            {name}
          </Link>
          <p className="truncate text-mute">
            <span className="max-lg:hidden">{account.username} · </span>
            {account.email}
          </p>
        </div>
        <span className="w-14">
          <RoleChip role={account.role} />
        </span>
        <span className="w-16 text-mute max-md:hidden">{account.tier}</span>
        <span className="flex w-28 justify-end max-sm:w-20">
          <Presence account={account} />
        </span>
      </div>
    </li>
  );
}
