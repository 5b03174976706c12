import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { problem } from '@/lib/problem';

type NotReadProps = { what: string; of: { error: unknown; refetch: () => unknown; isFetching: boolean } };

/** In the place of a part of a page that could not be read: why, and once more. */
export function NotRead({ what, of: { error, refetch, isFetching } }: NotReadProps): ReactNode {
  return (
    <Notice
      tone="bad"
      title={`${what} could not be read`}
      action={
        <Button size="sm" busy={isFetching && 'Trying…'} onClick={() => void refetch()}>
          Try again
        </Button>
      }
    >
      {problem(error).message}
    </Notice>
  );
}
