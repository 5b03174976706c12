import { clsx } from 'clsx';
import { useEffect, useRef, useState } from 'react';
import { Offers } from '@/components/completing/offers';
import { useCompleting } from '@/components/completing/use-completing';
import { Button } from '@/components/ui/button';
import { inputClass } from '@/components/ui/field';
import { Kbd } from '@/components/ui/kbd';
import { Notice } from '@/components/ui/notice';
import { problem } from '@/lib/problem';
import { deliver, draftOf, forgetSent, isInDoubt, keepDraft, lostOf } from './drafts';
import { usePeopleOffers } from './people-offers';

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
const MARKS = ['@'] as const;

/** Where one writes. What is refused comes back into the box, with the reason. */
export function Composer({ projectId, draft, label, verb, given = '', autoFocus, onSend, onClose }: ComposerProps) {
  const [text, setText] = useState(() => draftOf(draft) || given);
  const [refused, setRefused] = useState('');
  const box = useRef<HTMLTextAreaElement>(null);
  const write = (next: string) => {
    setText(next);
    keepDraft(draft, next === given ? '' : next);
    forgetSent(draft);
  };
  const completing = useCompleting({
    box,
    marks: MARKS,
    projectId,
    useOffers: usePeopleOffers,
    setText: write,
  });

  async function send(body = text.trim()): Promise<void> {
    if (!body) return;
    setRefused('');
    setText('');
    keepDraft(draft, '');
    completing.close();
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
      className="grid grid-cols-[minmax(0,1fr)] gap-2"
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
        {...completing.aria}
        rows={text ? 4 : 2}
        maxLength={LONGEST}
        // biome-ignore lint/a11y/noAutofocus: it was opened by the press before, to be written in
        autoFocus={autoFocus}
        value={text}
        onChange={(event) => {
          write(event.target.value);
          completing.look();
        }}
        onSelect={completing.look}
        onBlur={completing.close}
        onKeyDown={(event) => {
          if (completing.onKey(event)) return;
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          } else if (event.key === 'Escape' && onClose && text === given) close();
        }}
        className={clsx(inputClass, 'h-auto resize-y py-1.5')}
      />
      <Offers of={completing} label="Members" />
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
