import { getFileLink } from '@/api/gen';
import { useAction } from '@/lib/action';
import { sayFailed } from '@/lib/toasts';

/** Fetches a file by a link of its own, which the browser then follows as a download. */
export function useDownload({ id, name }: { id: string; name: string }) {
  const { mutate, isPending } = useAction(
    { mutationFn: async (_: undefined) => (await getFileLink({ path: { file_id: id } })).data.data },
    {
      onSuccess: ({ url }) => location.assign(url),
      onError: (error) => void sayFailed(`${name} was not fetched`, error),
    },
  );
  return { busy: isPending || undefined, start: () => !isPending && mutate(undefined) };
}
