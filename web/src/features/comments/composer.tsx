import { clsx } from 'clsx';
import { useEffect, useId, useRef, useState } from 'react';
import { Person } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { inputClass } from '@/components/ui/field';
import { Kbd } from '@/components/ui/kbd';
import { Notice } from '@/components/ui/notice';
import { problem } from '@/lib/problem';
import { deliver, draftOf, forgetSent, isInDoubt, keepDraft, lostOf } from './drafts';
import { useMentions } from './use-mentions';

type ComposerProps = {
  projectId: string;
  /** Under which name what is begun is kept. */
  draft: string;
  label: string;
  verb: string;
  /** What stands there to be changed. */
  given?: string;
  autoFocus?: boolean;
  /** `key`: sent twice under it, it is said once. */
  onSend: (body: string, key: string) => Promise<void>;
  onClose?: () => void;
};

const LONGEST = 10_000;

/** Where one writes. What is refused comes back into the box, with the reason. */
export function Composer({ projectId, draft, label, verb, given = '', autoFocus, onSend, onClose }: ComposerProps) {
  const [text, setText] = useState(() => draftOf(draft) || given);
  const [refused, setRefused] = useState('');
  const box = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  const write = (next: string) => {
    setText(next);
    keepDraft(draft, next === given ? '' : next);
    forgetSent(draft);
  };
  const mentions = useMentions(projectId, box, write);

  async function send(body = text.trim()): Promise<void> {
    if (!body) return;
    setRefused('');
    setText('');
    keepDraft(draft, '');
    mentions.close();
    try {
      await deliver(draft, body, (key) => onSend(body, key));
      onClose?.();
    } catch (error) {
      const now = draftOf(draft);
      // It may have arrived: left like this, it is sent again, not kept as something that still is to be said.
      if (isInDoubt(draft) && !now) setText(body);
      // Whoever went on writing meanwhile keeps that as well.
      else write(now ? `${body}\n\n${now}` : body);
      setRefused(problem(error).message);
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when what was lost can be sent again
  useEffect(() => {
    const lost = given ? undefined : lostOf(draft);
    if (lost) void send(lost);
  }, []);

  function close(): void {
    write('');
    onClose?.();
  }

  return (
    <form
      className="relative grid grid-cols-[minmax(0,1fr)] gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {refused && (
        <Notice tone="bad" title="Not sent">
          {refused}
        </Notice>
      )}
      <textarea
        ref={box}
        aria-label={label}
        placeholder={label}
        aria-autocomplete="list"
        aria-controls={mentions.people.length ? list : undefined}
        aria-activedescendant={mentions.chosen && `${list}-${mentions.chosen.id}`}
        rows={text ? 4 : 2}
        maxLength={LONGEST}
        // biome-ignore lint/a11y/noAutofocus: it was opened by the press before, to be written in
        autoFocus={autoFocus}
        value={text}
        onChange={(event) => {
          write(event.target.value);
          mentions.look();
        }}
        onSelect={mentions.look}
        onBlur={mentions.close}
        onKeyDown={(event) => {
          if (mentions.onKey(event)) return;
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          } else if (event.key === 'Escape' && onClose && text === given) close();
        }}
        className={clsx(inputClass, 'h-auto resize-y py-1.5')}
      />
      {mentions.people.length > 0 && (
        <div
          id={list}
          role="listbox"
          aria-label="Members"
          className="absolute inset-x-0 bottom-full z-30 mb-1 max-h-56 overflow-y-auto rounded-card border border-edge bg-panel p-1"
        >
          {mentions.people.map((person) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are read in the box, which keeps the focus
            <div
              key={person.id}
              id={`${list}-${person.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={person === mentions.chosen}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => mentions.take(person)}
              className="flex min-h-7 items-center gap-2.5 rounded-[5px] px-2 aria-selected:bg-raise pointer-coarse:min-h-9"
            >
              <Person id={person.id} name={person.name} />
              <span className="truncate">{person.name}</span>
              <span className="truncate text-mute text-xs">@{person.username}</span>
            </div>
          ))}
        </div>
      )}
      {(text || onClose) && (
        <div className="flex flex-wrap items-center justify-end gap-2">
          <span className="mr-auto text-faint text-xs max-sm:hidden">Markdown; @ names a member</span>
          {onClose && <Button onClick={close}>Cancel</Button>}
          <Button type="submit" look="ink" disabled={!text.trim()} after={<Kbd keys="Mod+Enter" inverse />}>
            {verb}
          </Button>
        </div>
      )}
    </form>
  );
}
