import { ChevronDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from './button';

type PickProps<T extends string> = {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  /** The value that narrows nothing; then its name is enough. */
  idle?: T;
};

const load = () => import('./pick-menu');
const PickMenu = lazy(load);

/** A filter: its name, what it is set to, and a menu, which is fetched when somebody reaches for it. */
export function Pick<T extends string>({ label, value, options, onChange, idle }: PickProps<T>) {
  const [wanted, setWanted] = useState(false);
  const chosen = options.find((option) => option.value === value)?.label ?? value;
  const trigger = (
    <Button
      aria-haspopup="menu"
      aria-label={`${label} ${chosen}`}
      after={<ChevronDown className="text-faint" />}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    >
      <span className="font-normal text-mute">{label}</span>{' '}
      {value !== idle && <span className="max-w-36 truncate">{chosen}</span>}
    </Button>
  );
  if (!wanted) return trigger;
  return (
    <Suspense fallback={trigger}>
      <PickMenu
        trigger={trigger}
        label={label}
        value={value}
        options={options}
        onChange={(next) => onChange(next as T)}
      />
    </Suspense>
  );
}
