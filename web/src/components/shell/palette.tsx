import type { BaseUIEvent } from '@base-ui/react';
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useRouter } from '@tanstack/react-router';
import { Keyboard, LogOut, Moon, Plus, Search, Sun } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Marked } from '@/components/marked';
import { Kbd } from '@/components/ui/kbd';
import { overlay } from '@/lib/overlay';
import { useWhyNot } from '@/lib/rights';
import { isDark, setTheme } from '@/lib/theme';
import { takeTyped } from '@/lib/type-ahead';
import { type Entry, type Group, useAll, useFound } from './found';
import { useHere } from './here';
import { usePlaces } from './nav';
import { useSignOut } from './use-sign-out';

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
  return [useHere(), { value: 'Go to', items: places }, { value: 'Do', items: actions }];
}

function run(entry: Entry): void {
  overlay(null);
  entry.run();
}

/**
 * Enter does the first thing that is called so, also where the answer is still on its way: then as soon as it is here,
 * unless something else was typed meanwhile.
 */
function useEnter(words: string, groups: readonly Group[], settled: boolean) {
  const highlighted = useRef<Entry>(undefined);
  const waiting = useRef<string>(undefined);
  const entries = groups.flatMap((group) => group.items);
  const [first] = entries;

  useEffect(() => {
    if (waiting.current === undefined) return;
    if (waiting.current !== words) waiting.current = undefined;
    else if (first) run(first);
    else if (settled) waiting.current = undefined;
  });

  const onKeyDown = (event: BaseUIEvent<KeyboardEvent>) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.preventBaseUIHandler();
    const entry = entries.find(({ value }) => value === highlighted.current?.value) ?? first;
    if (entry) run(entry);
    else if (!settled) waiting.current = words;
  };
  const onHighlight = (entry: Entry | undefined) => {
    highlighted.current = entry;
  };
  const enterFor = (wanted: string) => {
    waiting.current = wanted;
  };
  return { onKeyDown, onHighlight, enterFor };
}

/** Going, finding and doing in one box. */
export default function Palette() {
  const [words, setWords] = useState('');
  const { contains } = Autocomplete.useFilter();
  const fixed = useFixed();
  const found = useFound(words);
  // What the server found is right as it is, typos and all; until it has answered, that is for fewer words.
  const fits = (entry: Entry) => contains(entry.label, words.trim());
  const known = fixed.map((group) => ({ ...group, items: group.items.filter(fits) }));
  const sought = found.groups.map((group) => (group.old ? { ...group, items: group.items.filter(fits) } : group));
  // What is known at once comes first where one seeks: an answer that comes late moves nothing that Enter would do.
  const all = useAll(words);
  const some = (words.trim() ? [...known, ...sought] : [...sought, ...known]).filter(({ items }) => items.length > 0);
  // Last, and only where there is something: Enter would go there while the answer is on its way.
  const groups = some.length > 0 && all.items.length > 0 ? [...some, all] : some;
  const { onKeyDown, onHighlight, enterFor } = useEnter(words, groups, found.settled);

  /** What was typed before there was a field to type in. */
  function takeEarly() {
    const early = takeTyped();
    if (!early.words) return;
    const wanted = words + early.words;
    setWords(wanted);
    if (early.entered) enterFor(wanted);
  }

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
            onItemHighlighted={onHighlight}
            itemToStringValue={(entry: Entry) => entry.label}
          >
            <div className="flex h-12 items-center gap-3 border-line border-b px-4">
              <Search className="size-4 shrink-0 text-faint" />
              <Autocomplete.Input
                placeholder="Search or do…"
                aria-label="Search or do"
                onFocus={takeEarly}
                onKeyDown={onKeyDown}
                className="h-full min-w-0 flex-1 bg-transparent text-base outline-none"
              />
              <Kbd keys="Escape" />
            </div>
            <Autocomplete.Empty>
              <p className="px-4 py-6 text-mute empty:hidden">
                {found.settled ? `Nothing is called “${words}”, and nobody said so.` : 'Looking…'}
              </p>
            </Autocomplete.Empty>
            <Autocomplete.List className="max-h-[min(31rem,65dvh)] overflow-y-auto p-1.5">
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
      onClick={() => run(entry)}
      className="flex h-8 items-center gap-3 rounded-ctl px-2.5 data-highlighted:bg-raise pointer-coarse:h-11 [&_svg]:size-4 [&_svg]:text-mute"
    >
      <span className="grid w-10 place-items-center">{entry.icon}</span>
      <span className="min-w-0 flex-1 truncate">
        {entry.number && <span className="mr-2 font-mono text-2xs text-faint">{entry.number}</span>}
        {entry.marked ? <Marked pieces={entry.marked} /> : entry.label}
        {entry.beside && <span className="ml-2 text-faint text-xs">{entry.beside}</span>}
      </span>
      {entry.keys && <Kbd keys={entry.keys} />}
    </Autocomplete.Item>
  );
}
