import { Ellipsis } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '@/components/ui/button';
import type { ListSearch } from './search';

const load = () => import('./exchange-menu');
const ExchangeMenu = lazy(load);
const ImportDialog = lazy(() => import('./import-dialog'));

type ExchangeButtonProps = { projectId: string; search: ListSearch; noNew: string | undefined };

/** Tasks in from a table, and out as one. */
export function ExchangeButton({ projectId, search, noNew }: ExchangeButtonProps) {
  const [wanted, setWanted] = useState(false);
  const [importing, setImporting] = useState(false);
  const trigger = (
    <Button
      look="quiet"
      icon={<Ellipsis />}
      aria-label="Import and export"
      aria-haspopup="menu"
      data-tip="Import and export"
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    />
  );
  return (
    <Suspense fallback={trigger}>
      {wanted ? (
        <ExchangeMenu
          trigger={trigger}
          projectId={projectId}
          search={search}
          noNew={noNew}
          onImport={() => setImporting(true)}
        />
      ) : (
        trigger
      )}
      {importing && <ImportDialog projectId={projectId} onClose={() => setImporting(false)} />}
    </Suspense>
  );
}
