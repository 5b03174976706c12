import { useState } from 'react';
import type { AccountRead } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { useChangeAccount } from './use-change-account';

/** Whether an account may come in. Keeping somebody out is asked for once more. */
export function ActiveSwitch({ account }: { account: AccountRead }) {
  const name = account.display_name || account.username;
  const [asking, setAsking] = useState(false);
  const { change, busy, error } = useChangeAccount(
    account,
    account.active ? `${name} is deactivated` : `${name} may sign in again`,
  );
  if (!account.active) {
    return (
      <div className="grid justify-items-start gap-3">
        <p className="text-mute">{name} cannot sign in. Projects and runs of theirs are as they were.</p>
        {error && <Notice tone="bad">{error.message}</Notice>}
        <Button busy={busy && 'Activating…'} onClick={() => change({ active: true })}>
          Activate again
        </Button>
      </div>
    );
  }
  return (
    <>
      <Button look="bad" onClick={() => setAsking(true)}>
        Deactivate…
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Deactivate ${name}?`}
        description="Every session of theirs ends now, and they cannot sign in until you activate the account again. Their runs go on."
      >
        {error && <Notice tone="bad">{error.message}</Notice>}
        <div className="flex justify-end gap-2">
          <Button onClick={() => setAsking(false)}>Leave it active</Button>
          <Button look="bad" busy={busy && 'Deactivating…'} onClick={() => change({ active: false })}>
            Deactivate
          </Button>
        </div>
      </Dialog>
    </>
  );
}
