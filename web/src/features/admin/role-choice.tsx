import { type FormEvent, useState } from 'react';
import type { AccountRead } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { useChangeAccount } from './use-change-account';

const ROLES: readonly { role: AccountRead['role']; name: string; about: string }[] = [
  { role: 'user', name: 'User', about: 'works, as far as the role in each project allows' },
  { role: 'viewer', name: 'Viewer', about: 'only reads, whatever its role in a project' },
  { role: 'admin', name: 'Admin', about: 'looks after this Taskyard, and sees everybody’s projects and runs' },
];

/** What an account may do. Chosen, then confirmed: arrow keys walk through roles nobody meant to give. */
export function RoleChoice({ account }: { account: AccountRead }) {
  const [role, setRole] = useState(account.role);
  const { change, busy, error } = useChangeAccount(account, 'Role changed');

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    change({ role });
  }

  return (
    <form onSubmit={submit} className="grid justify-items-start gap-3.5">
      <fieldset className="grid gap-2.5">
        <legend className="sr-only">Role</legend>
        {ROLES.map((each) => (
          <label key={each.role} className="flex items-start gap-2.5">
            <input
              type="radio"
              name="role"
              value={each.role}
              checked={role === each.role}
              onChange={() => setRole(each.role)}
              className="mt-0.5 size-4 shrink-0 accent-ink"
            />
            <span>
              <span className="font-[520]">{each.name}</span> <span className="text-mute">{each.about}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {error && <Notice tone="bad">{error.message}</Notice>}
      <Button
        type="submit"
        denied={role === account.role ? 'This is the role it has.' : undefined}
        busy={busy && 'Changing it…'}
      >
        Change role
      </Button>
    </form>
  );
}
