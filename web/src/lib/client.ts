/** The generated client, set up once: refusals become Problems, and a lost session leads to the sign-in page. */
import { QueryClient } from '@tanstack/react-query';
import { client } from '@/api/gen/client.gen';
import { fromAnswer, type Problem } from './problem';

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: Problem;
  }
}

const FRESH_FOR = 30_000;
const RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_FOR,
      retry: (failures, error) => failures < RETRIES && (error.status === 0 || error.status >= 500),
    },
  },
});

/** Asks again for every answer of these operations that is on the page, and for the others when they are needed. */
export async function stale(...operations: string[]): Promise<void> {
  await queryClient.invalidateQueries({
    predicate: ({ queryKey: [head] }) => operations.includes((head as { _id?: string } | undefined)?._id ?? ''),
  });
}

/** Set by the app: what to do when a session that was there is gone. */
export const session: { onLost: () => void } = { onLost: () => {} };

client.setConfig({
  baseUrl: '',
  credentials: 'same-origin',
  // Asks sign-in for a cookie that scripts cannot read, in place of tokens in the body.
  headers: { 'X-Taskyard-Client': 'web' },
});

client.interceptors.error.use((error, response) => {
  if (error instanceof DOMException && error.name === 'AbortError') return error;
  const refused = fromAnswer(error, response);
  if (refused.status === 401 && refused.code !== 'AUTH_INVALID_CREDENTIALS') session.onLost();
  return refused;
});
