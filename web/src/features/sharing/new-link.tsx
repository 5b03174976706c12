import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { PasswordField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { text } from '@/lib/forms';
import type { Problem } from '@/lib/problem';

const DAY = 24 * 60 * 60 * 1000;
const LIVES = [
  { value: '1', label: '1 day' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '365', label: '1 year' },
] as const;

/** Until when a link works, and for whom. */
export type Terms = { expires_at: string; password?: string };

type NewLinkProps = {
  busy: boolean;
  error: Problem | null;
  /** `done` empties the form, when the link is made. */
  onMake: (terms: Terms, given: FormData, done: () => void) => void;
  /** A further field beside the password. */
  children?: ReactNode;
};

/** On which terms a link is made. */
export function NewLink({ busy, error, onMake, children }: NewLinkProps) {
  const [days, setDays] = useState<(typeof LIVES)[number]['value']>('7');
  const fields = error?.fields ?? {};
  const placed = Object.keys(fields).length > 0;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const password = text(given, 'password');
    const expires_at = new Date(Date.now() + Number(days) * DAY).toISOString();
    onMake({ expires_at, ...(password ? { password } : {}) }, given, () => form.reset());
  }

  return (
    <form onSubmit={submit} className="grid gap-3">
      {error && !placed && <Notice tone="bad">{error.message}</Notice>}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className="font-[520]">Works for</span>
        <Segmented label="Works for" value={days} options={LIVES} onChange={setDays} />
      </div>
      <div className={`grid items-start gap-3 ${children ? 'sm:grid-cols-2' : ''}`}>
        <PasswordField
          label="Password"
          name="password"
          autoComplete="new-password"
          minLength={8}
          maxLength={128}
          hint="Optional. Tell it another way than the link."
          error={fields.password}
        />
        {children}
      </div>
      <div className="flex justify-end">
        <Button type="submit" look="ink" busy={busy && 'Making link…'}>
          Make link
        </Button>
      </div>
    </form>
  );
}
