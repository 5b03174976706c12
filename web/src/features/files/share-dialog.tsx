import { useState } from 'react';
import type { FileRead } from '@/api/gen';
import { Dialog } from '@/components/ui/dialog';
import { Segmented } from '@/components/ui/segmented';
import { AccessLog } from './access-log';
import { FileLinks } from './links';

const VIEWS = [
  { value: 'links', label: 'Links' },
  { value: 'log', label: 'Who came' },
] as const;

type View = (typeof VIEWS)[number]['value'];

/** The links to a file, and who came for it. */
export default function ShareDialog({ file, onClose }: { file: FileRead; onClose: () => void }) {
  const [view, setView] = useState<View>('links');
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Share ${file.name}`}
      description="Whoever has a link gets the file, without an account."
      className="sm:w-[34rem]"
    >
      <div>
        <Segmented label="Show" value={view} options={VIEWS} onChange={setView} />
      </div>
      {view === 'links' ? <FileLinks file={file} /> : <AccessLog file={file} />}
    </Dialog>
  );
}
