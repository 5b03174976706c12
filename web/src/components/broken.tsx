import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { type ReactNode, useContext } from 'react';
import { problem } from '@/lib/problem';
import { Main, WithinMain } from './main';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { Empty } from './ui/empty';

/** How browsers say that a part of the app is not where it was: it has been built anew since this tab was opened. */
const MOVED_ON = /dynamically imported module|importing a module script failed|preload CSS/i;

/** What a page shows in place of itself when it cannot be shown: what was wrong, and the way on. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const { status, message, requestId } = problem(error);
  if (status === 404) return <Missing />;
  if (MOVED_ON.test(message)) return <NewVersion />;
  const title = status === 0 ? 'The server does not answer' : status === 403 ? 'Not yours to see' : 'This did not work';
  return (
    <Instead title={title} action={<Button onClick={reset}>Try again</Button>}>
      <p>{message}</p>
      {requestId && (
        <p className="mt-2 flex items-center gap-1 text-xs">
          Request <code className="truncate">{requestId}</code>
          <Copy text={requestId} what="the request’s id" />
        </p>
      )}
    </Instead>
  );
}

export function Missing() {
  return (
    <Instead
      title="There is nothing at this address"
      action={
        <Link to="/" className="underline underline-offset-2">
          Go to my work
        </Link>
      }
    >
      <p>It was moved or deleted, or it belongs to somebody who has not shared it with you.</p>
    </Instead>
  );
}

function NewVersion() {
  return (
    <Instead
      title="There is a new version"
      action={
        <Button look="ink" onClick={() => location.reload()}>
          Reload
        </Button>
      }
    >
      This tab was opened with an older one. Reloading brings it up to date.
    </Instead>
  );
}

type InsteadProps = { title: string; action: ReactNode; children: ReactNode };

/** Stands for a whole page, or for a part of one. */
function Instead({ title, action, children }: InsteadProps) {
  const within = useContext(WithinMain);
  const said = (
    <Empty level={within ? 'h2' : 'h1'} title={title} action={action}>
      {children}
    </Empty>
  );
  return within ? said : <Main>{said}</Main>;
}
