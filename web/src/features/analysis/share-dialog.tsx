import { useQuery } from '@tanstack/react-query';
import type { AnalysisRead, AnalysisShareRead } from '@/api/gen';
import {
  createAnalysisShareMutation,
  listAnalysisSharesOptions,
  revokeAnalysisShareMutation,
} from '@/api/gen/@tanstack/react-query.gen';
import { Ago } from '@/components/ui/ago';
import { Dialog } from '@/components/ui/dialog';
import { LINKS_SHOWN, Links } from '@/features/sharing/links';
import { NewLink } from '@/features/sharing/new-link';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { sayFailed } from '@/lib/toasts';

type ShareDialogProps = { analysis: AnalysisRead; onClose: () => void };

/** The links to a report. */
export default function ShareDialog({ analysis, onClose }: ShareDialogProps) {
  const path = { project_id: analysis.project_id, analysis_id: analysis.id };
  const { data, error } = useQuery(listAnalysisSharesOptions({ path, query: { page_size: LINKS_SHOWN } }));
  const again = () => stale('listAnalysisShares');
  const create = useAction(createAnalysisShareMutation());
  const revoke = useAction(revokeAnalysisShareMutation(), {
    onSuccess: again,
    onError: (refused) => void sayFailed('The link was not ended', refused),
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Share analysis #${analysis.number}`}
      description="Whoever has a link reads the whole report, with its excerpts of code, without an account."
      className="sm:w-[34rem]"
    >
      <NewLink
        busy={create.isPending}
        error={create.error}
        onMake={(body, _, done) =>
          create.mutate(
            { path, body },
            {
              onSuccess: () => {
                done();
                void again();
              },
            },
          )
        }
      />
      <Links
        links={data?.items}
        error={error}
        about={(link) => <Opened link={link} />}
        ending={revoke.isPending ? revoke.variables.path.share_id : undefined}
        onEnd={(link) => revoke.mutate({ path: { ...path, share_id: link.id } })}
      />
    </Dialog>
  );
}

function Opened({ link: { opened_at } }: { link: AnalysisShareRead }) {
  if (!opened_at) return 'not opened yet';
  return (
    <>
      last opened <Ago at={opened_at} />
    </>
  );
}
