import { createFileRoute, Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { unsubscribeMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useTitle } from '@/lib/title';

type Search = { token?: string | undefined; category?: string | undefined };

const given = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

export const Route = createFileRoute('/_door/unsubscribe')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    token: given(search.token),
    category: given(search.category),
  }),
  component: Unsubscribe,
});

const WHEN: Record<string, string> = {
  mention: 'when somebody mentions you',
  comment_added: 'when somebody comments where you take part',
  task_assigned: 'when a task is assigned to you',
  task_completed: 'when a task of yours is done',
  team_invite: 'when somebody invites you into a project',
  team_joined: 'when somebody joins a project of yours',
  team_member_left: 'when somebody leaves a project of yours',
  digest: 'once a day about what is new',
  job_failed: 'when a run of yours fails',
  job_completed: 'when a long run of yours is done',
};

/** Where "Stop these e-mails" in a letter leads; it works without signing in. */
function Unsubscribe() {
  useTitle('Stop e-mails');
  const { token, category = '' } = Route.useSearch();
  const stop = useAction(unsubscribeMutation(), { onSuccess: () => stale('getNotificationSettings') });
  if (stop.isSuccess) return <Done when={WHEN[stop.data.data.category]} />;
  return (
    <>
      <h1 className="mt-5 text-2xl">Stop these e-mails?</h1>
      <p className="mt-2 text-mute [text-wrap:pretty]">
        You will get none any more {WHEN[category] ?? 'of this kind'}. Others stay as they are.
      </p>
      <div className="mt-6 grid gap-4">
        {stop.error && <Notice tone="bad">{stop.error.message}</Notice>}
        {token ? (
          <Button look="ink" busy={stop.isPending && 'Stopping…'} onClick={() => stop.mutate({ query: { token } })}>
            Stop these e-mails
          </Button>
        ) : (
          <Notice tone="bad">A part of the link was lost on the way. Choose in your settings instead.</Notice>
        )}
      </div>
      <Choose>Choose what you get</Choose>
    </>
  );
}

function Done({ when = 'of this kind' }: { when?: string | undefined }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1} className="mt-5 text-2xl outline-none">
        No more of these
      </h1>
      <p className="mt-2 text-mute">You get no e-mail any more {when}.</p>
      <Choose>Changed your mind? Choose what you get</Choose>
    </>
  );
}

function Choose({ children }: { children: string }) {
  return (
    <p className="mt-6">
      <Link to="/settings/notifications" className="font-[520] underline underline-offset-3">
        {children}
      </Link>
    </p>
  );
}
