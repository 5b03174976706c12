import { clsx } from 'clsx';
import { type ReactNode, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { useFileDrop } from '@/lib/file-drop';

type DropProps = {
  label: string;
  icon: ReactNode;
  /** What to drop, for those who can. */
  title: string;
  /** The same for fingers. */
  touch: string;
  hint: ReactNode;
  button: string;
  input: string;
  accept?: string;
  multiple?: boolean;
  /** Another way to give, beside the button. */
  other?: ReactNode;
  /** Whether what is under way has to end before more can be given: then only that is shown. */
  busy?: boolean;
  /** Whether nothing is there yet, and this is what the page is for. */
  first: boolean;
  onFiles: (files: readonly File[]) => void;
  children?: ReactNode;
};

/** Where files come in: dropped anywhere on the page, or chosen. */
export function Drop({ label, first, busy = false, input, onFiles, children, ...rest }: DropProps) {
  const { accept, multiple = false, ...head } = rest;
  const field = useRef<HTMLInputElement>(null);
  const over = useFileDrop(onFiles);
  return (
    <section
      aria-label={label}
      className={clsx(
        'grid gap-3 rounded-panel border border-dashed px-4 transition-colors',
        first ? 'py-10' : 'py-4',
        over ? 'border-ink bg-raise' : 'border-edge',
      )}
    >
      {!busy && <Head {...head} first={first} over={over} onChoose={() => field.current?.click()} />}
      <input
        ref={field}
        type="file"
        hidden
        aria-label={input}
        accept={accept}
        multiple={multiple}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = '';
          if (files.length) onFiles(files);
        }}
      />
      {children}
    </section>
  );
}

type HeadProps = Pick<DropProps, 'icon' | 'title' | 'touch' | 'hint' | 'button' | 'other' | 'first'> & {
  over: boolean;
  onChoose: () => void;
};

function Head({ icon, title, touch, hint, button, other, first, over, onChoose }: HeadProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3 [&>svg]:size-5 [&>svg]:text-mute">
      {icon}
      <p className="min-w-52 flex-1">
        <span className="font-[520] pointer-coarse:hidden">{over ? 'Let go to upload' : title}</span>
        <span className="font-[520] pointer-fine:hidden">{touch}</span>
        <span className="block text-mute text-xs">{hint}</span>
      </p>
      <div className="flex flex-wrap gap-2">
        {other}
        <Button look={first ? 'ink' : 'line'} onClick={onChoose}>
          {button}
        </Button>
      </div>
    </div>
  );
}
