import { useQuery } from '@tanstack/react-query';
import type { FileRead, ShareRead } from '@/api/gen';
import { createShareMutation, listSharesOptions, revokeShareMutation } from '@/api/gen/@tanstack/react-query.gen';
import { TextField } from '@/components/ui/field';
import { LINKS_SHOWN, Links } from '@/features/sharing/links';
import { NewLink } from '@/features/sharing/new-link';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { count, plural } from '@/lib/format';
import { text } from '@/lib/forms';
import { sayFailed } from '@/lib/toasts';

/** The links to a file, and a form for one more. */
export function FileLinks({ file }: { file: FileRead }) {
  const path = { file_id: file.id };
  const { data, error } = useQuery(listSharesOptions({ path, query: { page_size: LINKS_SHOWN } }));
  const again = () => stale('listShares', 'listFiles');
  const create = useAction(createShareMutation());
  const revoke = useAction(revokeShareMutation(), {
    onSuccess: again,
    onError: (refused) => void sayFailed('The link was not ended', refused),
  });
  return (
    <>
      <NewLink
        busy={create.isPending}
        error={create.error}
        onMake={(terms, given, done) => {
          const limit = Number(text(given, 'max_downloads'));
          create.mutate(
            { path, body: { ...terms, ...(limit ? { max_downloads: limit } : {}) } },
            {
              onSuccess: () => {
                done();
                void again();
              },
            },
          );
        }}
      >
        <TextField
          label="Downloads"
          name="max_downloads"
          type="number"
          inputMode="numeric"
          min={1}
          max={10_000}
          hint="Optional. After so many it ends."
          error={create.error?.fields.max_downloads}
        />
      </NewLink>
      <Links
        links={data?.items}
        error={error}
        about={downloads}
        ending={revoke.isPending ? revoke.variables.path.share_id : undefined}
        onEnd={(link) => revoke.mutate({ path: { ...path, share_id: link.id } })}
      />
    </>
  );
}

function downloads({ downloads: done, max_downloads: most }: ShareRead): string {
  return most === null ? plural(done, 'download') : `${count(done)} of ${plural(most, 'download')}`;
}
