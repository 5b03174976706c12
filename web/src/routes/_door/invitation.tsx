import { useMutation, useQuery } from '@tanstack/react-query';
import { createFileRoute, Link, useLocation, useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { type InvitationFollowed, type InvitationSeen, login, lookAtInvitation, registerByInvitation } from '@/api/gen';
import {
  acceptInvitationLinkMutation,
  declineInvitationLinkMutation,
  getSetupOptions,
} from '@/api/gen/@tanstack/react-query.gen';
import { Button, ButtonLink } from '@/components/ui/button';
import { PasswordField, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { BoneRows } from '@/components/ui/skeleton';
import { placed } from '@/features/accounts/account-fields';
import { teamRoleLabel } from '@/features/teams/roles';
import { useAction } from '@/lib/action';
import { text } from '@/lib/forms';
import { type Problem, problem } from '@/lib/problem';
import { rememberMe } from '@/lib/session';
import { useTitle } from '@/lib/title';
import { say } from '@/lib/toasts';

/** Where the secret waits while one signs in: in an address it would reach the server's log. */
const KEPT = 'taskyard:invitation';

export const Route = createFileRoute('/_door/invitation')({
  // Asked for anew: whoever comes back from signing in is somebody now.
  loader: async ({ context }) => (await context.queryClient.fetchQuery({ ...getSetupOptions(), staleTime: 0 })).data,
  component: Invitation,
});

/** Where the link of an invitation leads. Opening it answers nothing: programs that look into mail do that too. */
function Invitation() {
  useTitle('Invitation');
  const hash = useLocation({ select: (location) => location.hash });
  const token = hash || (sessionStorage.getItem(KEPT) ?? '');
  const { signed_in } = Route.useLoaderData();
  const seen = useQuery({
    queryKey: ['invitation', token],
    queryFn: async () => (await lookAtInvitation({ body: { token } })).data.data,
    enabled: token !== '',
    retry: false,
  });
  if (!token || (seen.error && problem(seen.error).status === 410)) return <Gone />;
  if (seen.error) return <Notice tone="bad">{problem(seen.error).message}</Notice>;
  if (!seen.data) return <BoneRows rows={3} label="The invitation is on its way" />;
  const { invited_by, project_name, team_name, role } = seen.data;
  return (
    <>
      <h1 className="mt-5 text-2xl [overflow-wrap:anywhere]">Join {project_name ?? team_name}</h1>
      <p className="mt-2 text-mute [overflow-wrap:anywhere] [text-wrap:pretty]">
        {invited_by ?? 'Somebody'} invites you to this {team_name ? 'team' : 'project'} as{' '}
        {teamRoleLabel(role).toLowerCase()}.
      </p>
      {signed_in ? (
        <Answer token={token} what={team_name ? 'team' : 'project'} />
      ) : (
        <Newcomer token={token} seen={seen.data} />
      )}
    </>
  );
}

function Gone() {
  return (
    <>
      <h1 className="mt-5 text-2xl">This invitation no longer works</h1>
      <p className="mt-2 text-mute [text-wrap:pretty]">
        It was answered, taken back or has expired, or a part of the link was lost on the way. Ask whoever invited you
        for another.
      </p>
      <ButtonLink look="ink" to="/projects" className="mt-6">
        To my projects
      </ButtonLink>
    </>
  );
}

/** Goes where somebody who joined wants to go, and forgets the link. */
function useJoined() {
  const navigate = useNavigate();
  return async ({ project_id, team_id }: InvitationFollowed) => {
    sessionStorage.removeItem(KEPT);
    if (team_id) await navigate({ to: '/teams/$teamId', params: { teamId: team_id }, replace: true });
    else await navigate({ to: '/projects/$projectId', params: { projectId: project_id ?? '' }, replace: true });
  };
}

function Answer({ token, what }: { token: string; what: 'project' | 'team' }) {
  const joined = useJoined();
  const accept = useAction(acceptInvitationLinkMutation(), { onSuccess: ({ data }) => joined(data) });
  const decline = useDecline();
  const error = accept.error ?? decline.error;
  return (
    <div className="mt-6 grid gap-4">
      {error && <Notice tone="bad">{error.message}</Notice>}
      <Button look="ink" busy={accept.isPending && 'Joining…'} onClick={() => accept.mutate({ body: { token } })}>
        Join the {what}
      </Button>
      <Button busy={decline.isPending && 'Declining…'} onClick={() => decline.mutate({ body: { token } })}>
        Decline
      </Button>
    </div>
  );
}

function useDecline() {
  const navigate = useNavigate();
  return useAction(declineInvitationLinkMutation(), {
    onSuccess: async () => {
      sessionStorage.removeItem(KEPT);
      await navigate({ to: '/', replace: true });
      void say('The invitation is declined');
    },
  });
}

/** Makes an account of the address that was invited, or signs in to one that is there. */
function Newcomer({ token, seen }: { token: string; seen: InvitationSeen }) {
  const joined = useJoined();
  const make = useMutation<InvitationFollowed, Problem, FormData>({
    mutationFn: async (form) => {
      const password = text(form, 'password');
      const name = text(form, 'display_name');
      const body = { token, password, ...(name ? { display_name: name } : {}) };
      const joined = (await registerByInvitation({ body })).data.data;
      const { data } = await login({ body: { email: joined.user.email, password } });
      if ('user' in data.data) rememberMe(data.data.user);
      return joined;
    },
    onSuccess: joined,
  });
  const { fields, above } = placed(make.error);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    make.mutate(new FormData(event.currentTarget));
  }

  return (
    <>
      {seen.may_register && (
        <form onSubmit={submit} className="mt-6 grid gap-4">
          {above && <Notice tone="bad">{above}</Notice>}
          <TextField label="E-mail" type="email" value={seen.email ?? ''} readOnly error={fields.email} />
          <TextField
            label="Your name"
            name="display_name"
            autoComplete="name"
            maxLength={120}
            optional
            error={fields.display_name}
          />
          <PasswordField
            label="Password"
            name="password"
            autoComplete="new-password"
            minLength={8}
            maxLength={128}
            required
            hint="8 characters or more. A sentence is easier to keep than a riddle."
            error={fields.password}
          />
          <Button type="submit" look="ink" busy={make.isPending && 'Joining…'}>
            Make account and join
          </Button>
        </form>
      )}
      <p className="mt-6 text-mute">
        {seen.may_register ? 'Have an account already? ' : 'This is for somebody who has an account here. '}
        <Link
          to="/login"
          search={{ next: '/invitation' }}
          onClick={() => sessionStorage.setItem(KEPT, token)}
          className="font-[520] text-fg underline underline-offset-3"
        >
          Sign in
        </Link>
      </p>
    </>
  );
}
