import { Share2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { AnalysisRead } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { useProject } from '@/features/projects/use-project';
import { useWhyNotIn } from '@/lib/rights';

const load = () => import('./share-dialog');
const ShareDialog = lazy(load);

/** The report for people without an account. */
export function ShareButton({ analysis }: { analysis: AnalysisRead }) {
  const [open, setOpen] = useState(false);
  const denied = useWhyNotIn(useProject(analysis.project_id), 'analysis:share');
  return (
    <>
      <Button
        aria-haspopup="dialog"
        icon={<Share2 />}
        denied={denied}
        onPointerEnter={() => void load()}
        onFocus={() => void load()}
        onClick={() => setOpen(true)}
      >
        Share
      </Button>
      <Suspense>{open && <ShareDialog analysis={analysis} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
