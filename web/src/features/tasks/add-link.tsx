import type { FormEvent } from 'react';
import type { TaskRead } from '@/api/gen';
import { addAttachmentMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { inputClass } from '@/components/ui/field';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';
import { pathOf } from './change';

/** Hangs an address on a task. */
export function AddLink({ task, onEnd }: { task: TaskRead; onEnd: () => void }) {
  const add = useAction(addAttachmentMutation(), {
    onSuccess: () => {
      onEnd();
      return stale('listAttachments');
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = text(form, 'url').trim();
    const name = text(form, 'name').trim();
    if (!given) return;
    // People paste what stands in an address bar, which often leaves that out.
    const url = /^[a-z][a-z0-9+.-]*:/i.test(given) ? given : `https://${given}`;
    add.mutate({ path: pathOf(task), body: { url, ...(name ? { name } : {}) } });
  }

  const fields = add.error?.fields ?? {};
  return (
    <form
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onEnd();
      }}
      className="mt-1 grid gap-2"
    >
      <div className="grid gap-2 sm:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <input
          name="url"
          aria-label="Address"
          placeholder="https://"
          inputMode="url"
          autoCapitalize="none"
          maxLength={2000}
          // biome-ignore lint/a11y/noAutofocus: it stands where the button was that asked for it
          autoFocus
          aria-invalid={fields.url ? true : undefined}
          className={inputClass}
        />
        <input name="name" aria-label="Name" placeholder="Name, if you like" maxLength={120} className={inputClass} />
      </div>
      {add.error && (
        <p role="alert" className="text-bad text-xs">
          {fields.url ? 'Write an address that begins with https:// or http://.' : add.error.message}
        </p>
      )}
      <div className="flex gap-2">
        <Button type="submit" look="ink" size="sm" busy={add.isPending && 'Adding…'}>
          Add the link
        </Button>
        <Button size="sm" onClick={onEnd}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
