import type { FormEvent, ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { text } from '@/lib/forms';
import type { Problem } from '@/lib/problem';
import { RoleChoice } from './role-choice';

type Whom<Role> = { email?: string; username?: string; role: Role };

type InviteFormProps<Role extends string> = {
  /** The first is meant unless another is chosen. */
  roles: readonly [RoleAbout<Role>, ...RoleAbout<Role>[]];
  hint: string;
  invite: { error: Problem | null; isPending: boolean; mutate: (whom: Whom<Role>) => void };
  onClose: () => void;
};

type RoleAbout<Role> = { value: Role; label: string; about: string };

/** Asks whom to invite, and as what. */
export function InviteForm<Role extends string>({ roles, hint, invite, onClose }: InviteFormProps<Role>) {
  const { error } = invite;
  const wrong = error?.fields.email ?? error?.fields.username;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const who = text(form, 'who');
    const { value: role } = roles.find(({ value }) => value === form.get('role')) ?? roles[0];
    invite.mutate({ ...(who.includes('@') ? { email: who } : { username: who }), role });
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      {error && !wrong && <Notice tone="bad">{error.message}</Notice>}
      <TextField
        label="E-mail or username"
        name="who"
        required
        maxLength={254}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        autoFocus
        hint={hint}
        error={wrong}
      />
      <RoleChoice roles={roles} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="ink" busy={invite.isPending && 'Inviting…'}>
          Invite
        </Button>
      </div>
    </form>
  );
}

type SentProps = { children: ReactNode; onAnother: () => void; onClose: () => void };

/** Says how the invitation reaches whoever was invited, and asks for the next. */
export function Sent({ children, onAnother, onClose }: SentProps) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {children}
      <div className="flex justify-end gap-2">
        <Button onClick={onAnother}>Invite somebody else</Button>
        <Button look="ink" onClick={onClose} autoFocus>
          Done
        </Button>
      </div>
    </div>
  );
}
