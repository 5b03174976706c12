import { askForVerificationMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { sayFailed } from '@/lib/toasts';

/** What an unconfirmed address means, and a way to confirm it. */
export function ConfirmAddress() {
  const ask = useAction(askForVerificationMutation(), {
    onSuccess: () => stale('listEmails'),
    onError: (error) => {
      void sayFailed('No link was sent', error);
      return stale('getNotificationSettings');
    },
  });
  if (ask.isSuccess) {
    return (
      <div role="status">
        <Notice title="A link is on its way">It works once, for three days. Look among the unwanted mail, too.</Notice>
      </div>
    );
  }
  return (
    <>
      <p className="text-mute text-xs [text-wrap:pretty]">
        Until it is confirmed, only mail about the safety of your account goes there.
      </p>
      <Button busy={ask.isPending && 'Sending…'} onClick={() => ask.mutate({})}>
        Send a link to confirm it
      </Button>
    </>
  );
}
