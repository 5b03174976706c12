import { Link } from '@tanstack/react-router';
import { Dialog } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/kbd';
import { overlay } from '@/lib/overlay';
import { type Shortcut, singleKeys, useListing } from '@/lib/shortcuts';

/** Every key that works on this page, read from what is registered. */
export default function Help() {
  const listing = useListing();
  const shown = [...new Map(listing.map((shortcut) => [shortcut.keys, shortcut])).values()];
  return (
    <Dialog
      open
      onOpenChange={() => overlay(null)}
      title="Keyboard shortcuts"
      className="sm:w-[40rem]!"
      description={
        singleKeys.on ? (
          'They rest while you type.'
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
      <div className="gap-x-8 sm:columns-2">
        <Group title="On this page" of={shown.filter((one) => !one.everywhere && !goes(one))} />
        <Group title="Everywhere" of={shown.filter((one) => one.everywhere && !goes(one))} />
        <Group title="Places" of={shown.filter(goes)} />
      </div>
    </Dialog>
  );
}

const goes = ({ keys }: Shortcut) => keys.startsWith('G ');

function Group({ title, of }: { title: string; of: readonly Shortcut[] }) {
  if (!of.length) return null;
  return (
    <section aria-label={title} className="mb-4 break-inside-avoid">
      <h3 className="mb-1 text-mute text-xs">{title}</h3>
      <dl>
        {of.map(({ keys, does }) => (
          <div key={keys} className="flex min-h-7 items-center justify-between gap-6">
            <dt>{does}</dt>
            <dd>
              <Kbd keys={keys} />
              <span className="sr-only">{keys}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
