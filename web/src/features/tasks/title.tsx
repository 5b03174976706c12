import { type KeyboardEvent, useState } from 'react';
import type { TaskRead } from '@/api/gen';
import { Notice } from '@/components/ui/notice';
import { Conflict } from './conflict';
import { useText } from './use-text';

/** A task's title; where one may, it is edited in place. */
export function Title({ task, may }: { task: TaskRead; may: boolean }) {
  const [typed, setTyped] = useState<string | null>(null);
  const text = useText(task, 'title', () => setTyped(null));

  function stop() {
    setTyped(null);
    text.begin();
  }

  function save() {
    const wanted = (typed ?? '').trim();
    if (typed === null || text.theirs || text.busy) return;
    if (!wanted || wanted === text.begun.title) stop();
    else void text.save(wanted);
  }

  function key(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      event.currentTarget.blur();
    }
    if (event.key === 'Escape') {
      event.stopPropagation();
      stop();
    }
  }

  if (!may) return <h2 className="text-xl [overflow-wrap:anywhere]">{task.title}</h2>;
  return (
    <div className="grid gap-2">
      <h2 className="sr-only">{task.title}</h2>
      <textarea
        aria-label="Title"
        rows={1}
        maxLength={255}
        value={typed ?? task.title}
        onFocus={() => typed === null && text.begin()}
        onChange={(event) => setTyped(event.target.value.replaceAll('\n', ' '))}
        onBlur={save}
        onKeyDown={key}
        className="-mx-[0.5625rem] w-[calc(100%+1.125rem)] resize-none rounded-ctl border border-transparent bg-transparent px-2 py-1 font-semibold text-xl leading-snug tracking-tight [field-sizing:content] hover:border-line focus-visible:border-edge focus-visible:bg-panel focus-visible:outline-none"
      />
      {text.error && <Notice tone="bad">{text.error.fields.title ?? text.error.message}</Notice>}
      {text.theirs && (
        <Conflict
          what="title"
          theirs={text.theirs.title}
          busy={text.busy}
          onMine={() => text.theirs && void text.save((typed ?? '').trim(), text.theirs)}
          onTheirs={stop}
        />
      )}
    </div>
  );
}
