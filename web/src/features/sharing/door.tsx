import { useRouterState } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect } from 'react';
import { Button } from '@/components/ui/button';
import { PasswordField } from '@/components/ui/field';
import { useAction } from '@/lib/action';
import { text } from '@/lib/forms';
import type { Problem } from '@/lib/problem';
import { useTitle } from '@/lib/title';

const ASKS = new Set(['SHARE_PASSWORD_REQUIRED', 'SHARE_PASSWORD_WRONG']);

/** What somebody has who was sent a link. */
export type Given = { token: string; password?: string };

type SharedDoorProps<Shared> = {
  /** What it is, to whoever comes: "A file for you". */
  title: string;
  /** The heading where the link leads to nothing. */
  nothing: string;
  open: (given: Given) => Promise<Shared>;
  children: (shared: Shared, given: Given) => ReactNode;
};

/** Opens the link of the address, asks for its password, and says why where it leads to nothing.
 *
 * The token stands behind the #, which no browser sends to any server.
 */
export function SharedDoor<Shared>({ title, nothing, open: mutationFn, children }: SharedDoorProps<Shared>) {
  const token = useRouterState({ select: ({ location }) => location.hash });
  const open = useAction<Shared, Problem, Given>({ mutationFn });
  const { mutate } = open;
  useTitle(title);
  useEffect(() => {
    if (token) mutate({ token });
  }, [token, mutate]);

  if (!token) {
    return <Closed title={nothing}>This link is not whole. Copy it once more, with everything behind the #.</Closed>;
  }
  if (open.isSuccess) return children(open.data, open.variables);
  if (open.error && ASKS.has(open.error.code)) {
    return <Ask title={title} error={open.error} onPassword={(password) => mutate({ token, password })} />;
  }
  if (open.error && passes(open.error)) {
    return (
      <Closed title={title} again={() => mutate(open.variables)}>
        {open.error.message}
      </Closed>
    );
  }
  if (open.error) return <Closed title={nothing}>{open.error.message}</Closed>;
  // A first try with a password keeps its form in sight.
  if (open.variables?.password) return <Ask title={title} busy onPassword={() => {}} />;
  return (
    <p role="status" className="late mt-6 text-mute">
      Opening the link…
    </p>
  );
}

/** Whether a refusal says nothing of the link itself: too many tries, or a server that is away. */
function passes({ status }: Problem): boolean {
  return status === 0 || status === 429 || status >= 500;
}

function Closed({ title, children, again }: { title: string; children: string; again?: () => void }) {
  return (
    <>
      <h1 className="mt-5 text-2xl">{title}</h1>
      <p className="mt-4 text-mute [text-wrap:pretty]">{children}</p>
      {again && (
        <Button className="mt-6" onClick={again}>
          Try again
        </Button>
      )}
    </>
  );
}

type AskProps = { title: string; error?: Problem; busy?: boolean; onPassword: (password: string) => void };

function Ask({ title, error, busy = false, onPassword }: AskProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onPassword(text(new FormData(event.currentTarget), 'password'));
  }
  return (
    <>
      <h1 className="mt-5 text-2xl">{title}</h1>
      <form onSubmit={submit} className="mt-6 grid gap-4">
        <PasswordField
          label="Password of the link"
          name="password"
          autoComplete="off"
          required
          maxLength={128}
          autoFocus
          hint="Whoever sent the link knows it."
          error={error?.code === 'SHARE_PASSWORD_WRONG' ? error.message : undefined}
        />
        <Button type="submit" look="ink" busy={busy && 'Opening…'}>
          Open
        </Button>
      </form>
    </>
  );
}
