import { type FormEvent, useState } from 'react';
import type { AccountRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { text } from '@/lib/forms';
import { useChangeAccount } from './use-change-account';

const TIERS = [
  { value: 'free', label: 'Free' },
  { value: 'pro', label: 'Pro' },
  { value: 'premium', label: 'Premium' },
] as const;

/** The end of a day, where one is: a plan given until a day lasts through it. */
function endOf(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString();
}

/** A plan given by hand, for good or until a day. */
export function TierChoice({ account }: { account: AccountRead }) {
  const [tier, setTier] = useState(account.tier);
  const { change, busy, error } = useChangeAccount(account, 'Plan changed');

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const until = text(new FormData(event.currentTarget), 'tier_until');
    change({ tier, ...(until ? { tier_until: endOf(until) } : {}) });
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      <p className="text-mute">
        {account.tier_granted ? (
          <>
            <span className="font-[520] text-fg capitalize">{account.tier}</span>, given by an administrator
            {account.tier_until ? (
              <>
                ; it ends <Ago at={account.tier_until} />
              </>
            ) : (
              ' for good'
            )}
          </>
        ) : (
          <>
            <span className="font-[520] text-fg capitalize">{account.tier}</span>, of its own
          </>
        )}
      </p>
      <div>
        <Segmented label="Plan" value={tier} options={TIERS} onChange={setTier} />
      </div>
      <div className="w-56">
        <TextField
          label="Until"
          name="tier_until"
          type="date"
          optional
          min={new Date().toISOString().slice(0, 10)}
          hint="Ends by itself at the end of that day. Without a day it is for good."
          error={error?.fields.tier_until}
        />
      </div>
      {error && !error.fields.tier_until && <Notice tone="bad">{error.message}</Notice>}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" busy={busy && 'Giving it…'}>
          Give this plan
        </Button>
        {account.tier_granted && (
          <Button look="quiet" disabled={busy} onClick={() => change({ tier: null })}>
            Take it back
          </Button>
        )}
      </div>
    </form>
  );
}
