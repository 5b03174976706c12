import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { Keyboard, LogOut, Moon, Plus, Search, Sun } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { listProjectsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { ProjectKey } from '@/components/ui/avatar';
import { Kbd } from '@/components/ui/kbd';
import { overlay } from '@/lib/overlay';
import { useWhyNot } from '@/lib/rights';
import { isDark, setTheme } from '@/lib/theme';
import { usePlaces } from './nav';
import { useSignOut } from './use-sign-out';

type Entry = { value: string; label: string; icon: ReactNode; keys?: string; run: () => void };
type Group = { value: string; items: Entry[] };

const FOUND = 6;

function useFixed(): Group[] {
  const router = useRouter();
  const signOut = useSignOut();
  const dark = isDark();
  const mayStart = !useWhyNot('project:create');
  const mayPlan = !useWhyNot('task:create');
  const places = usePlaces().map((place) => ({
    value: place.label,
    label: place.label,
    icon: <place.icon />,
    keys: place.keys,
    run: () => void router.navigate({ to: place.to }),
  }));
  const actions: Entry[] = [
    ...(mayPlan
      ? [{ value: 'new-task', label: 'New task', icon: <Plus />, keys: 'C', run: () => overlay('new-task') }]
      : []),
    ...(mayStart
      ? [{ value: 'new', label: 'New project', icon: <Plus />, keys: 'N', run: () => overlay('new-project') }]
      : []),
    {
      value: 'theme',
      label: dark ? 'Use the light theme' : 'Use the dark theme',
      icon: dark ? <Sun /> : <Moon />,
      run: () => setTheme(dark ? 'light' : 'dark'),
    },
    { value: 'help', label: 'Keyboard shortcuts', icon: <Keyboard />, keys: '?', run: () => overlay('help') },
    { value: 'out', label: 'Sign out', icon: <LogOut />, run: signOut },
  ];
  return [
    { value: 'Go to', items: places },
    { value: 'Do', items: actions },
  ];
}

function useFound(words: string): Group {
  const router = useRouter();
  const q = useDeferredValue(words.trim());
  const { data } = useQuery({
    ...listProjectsOptions({ query: { page_size: FOUND, ...(q ? { q } : {}) } }),
    placeholderData: keepPreviousData,
  });
  const items = (data?.items ?? []).map((project) => ({
    value: project.id,
    label: project.name,
    icon: <ProjectKey of={project.key} className="w-10" />,
    run: () => void router.navigate({ to: '/projects/$projectId', params: { projectId: project.id } }),
  }));
  return { value: 'Projects', items };
}

/** Going, finding and doing in one box. */
export default function Palette() {
  const [words, setWords] = useState('');
  const { contains } = Autocomplete.useFilter();
  const fixed = useFixed();
  const found = useFound(words);
  // Filtered here as well: until the server has answered, what is shown is what it found for fewer words.
  const groups = [found, ...fixed]
    .map((group) => ({ ...group, items: group.items.filter((entry) => contains(entry.label, words.trim())) }))
    .filter((group) => group.items.length > 0);

  return (
    <Dialog.Root open onOpenChange={(open) => !open && overlay(null)}>
      <Dialog.Portal>
        <Dialog.Backdrop className="pop fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup
          aria-label="Search or do"
          className="pop fixed inset-x-3 top-[10dvh] z-50 mx-auto max-w-xl overflow-hidden rounded-panel border border-edge bg-panel outline-none"
        >
          <Autocomplete.Root
            open
            inline
            autoHighlight="always"
            keepHighlight
            items={groups}
            filter={null}
            value={words}
            onValueChange={setWords}
            itemToStringValue={(entry: Entry) => entry.label}
          >
            <div className="flex h-12 items-center gap-3 border-line border-b px-4">
              <Search className="size-4 shrink-0 text-faint" />
              <Autocomplete.Input
                placeholder="Search or do…"
                aria-label="Search or do"
                className="h-full min-w-0 flex-1 bg-transparent text-base outline-none"
              />
              <Kbd keys="Escape" />
            </div>
            <Autocomplete.Empty>
              <p className="px-4 py-6 text-mute empty:hidden">Nothing is called “{words}”.</p>
            </Autocomplete.Empty>
            <Autocomplete.List className="max-h-[min(24rem,60dvh)] overflow-y-auto p-1.5">
              {(group: Group) => (
                <Autocomplete.Group key={group.value} items={group.items} className="pb-1.5 last:pb-0">
                  <Autocomplete.GroupLabel className="px-2.5 pt-1.5 pb-1 text-2xs text-faint">
                    {group.value}
                  </Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(entry: Entry) => <Row key={entry.value} entry={entry} />}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Row({ entry }: { entry: Entry }) {
  return (
    <Autocomplete.Item
      value={entry}
      onClick={() => {
        overlay(null);
        entry.run();
      }}
      className="flex h-8 items-center gap-3 rounded-ctl px-2.5 data-highlighted:bg-raise pointer-coarse:h-11 [&_svg]:size-4 [&_svg]:text-mute"
    >
      <span className="grid w-10 place-items-center">{entry.icon}</span>
      <span className="flex-1 truncate">{entry.label}</span>
      {entry.keys && <Kbd keys={entry.keys} />}
    </Autocomplete.Item>
  );
}
