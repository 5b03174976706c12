import { Link } from '@tanstack/react-router';
import { Dialog } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/kbd';
import { overlay } from '@/lib/overlay';
import { singleKeys, useListing } from '@/lib/shortcuts';

/** Every key that works on this page, read from what is registered. */
export default function Help() {
  const listing = useListing();
  const shown = [...new Map(listing.map((shortcut) => [shortcut.keys, shortcut])).values()];
  return (
    <Dialog
      open
      onOpenChange={() => overlay(null)}
      title="Keyboard shortcuts"
      description={
        singleKeys.on ? (
          'On this page.'
        ) : (
          <>
            Single keys are turned off in the{' '}
            <Link to="/settings/appearance" className="underline" onClick={() => overlay(null)}>
              settings
            </Link>
            .
          </>
        )
      }
    >
      <dl className="grid gap-0.5">
        {shown.map(({ keys, does }) => (
          <div key={keys} className="flex min-h-7 items-center justify-between gap-6">
            <dt>{does}</dt>
            <dd>
              <Kbd keys={keys} />
              <span className="sr-only">{keys}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
