import { ChevronDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '@/components/ui/button';

const load = () => import('./export-menu');
const ExportMenu = lazy(load);

type ExportButtonProps = { projectId: string; analysisId: string };

/** The report to take along. */
export function ExportButton(props: ExportButtonProps) {
  const [wanted, setWanted] = useState(false);
  const trigger = (
    <Button
      aria-haspopup="menu"
      after={<ChevronDown className="text-faint" />}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    >
      Export
    </Button>
  );
  if (!wanted) return trigger;
  return (
    <Suspense fallback={trigger}>
      <ExportMenu trigger={trigger} {...props} />
    </Suspense>
  );
}
