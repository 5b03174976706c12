import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ComponentProps, ReactElement, ReactNode } from 'react';

/** How one line of a menu looks. */
export const MENU_ROW =
  'flex min-h-7 items-center gap-2.5 rounded-[5px] px-2 py-1 outline-none select-none pointer-coarse:min-h-9 ' +
  'data-highlighted:bg-raise data-disabled:opacity-45 [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-mute';

type MenuProps = {
  trigger: ReactElement;
  children: ReactNode;
  align?: 'start' | 'end';
  side?: 'top' | 'bottom';
  defaultOpen?: boolean;
};

/** A list of things to do. */
export function Menu({ trigger, children, align = 'end', side = 'bottom', defaultOpen = false }: MenuProps) {
  return (
    <Base.Root defaultOpen={defaultOpen}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} side={side} sideOffset={5} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup className="pop max-h-[var(--available-height)] min-w-44 overflow-y-auto rounded-card border border-edge bg-panel p-1 outline-none">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

type MenuItemProps = ComponentProps<typeof Base.Item> & { icon?: ReactNode; after?: ReactNode; bad?: boolean };

export function MenuItem({ icon, after, bad, children, ...rest }: MenuItemProps) {
  return (
    <Base.Item {...rest} className={`${MENU_ROW} ${bad ? 'text-bad [&_svg]:text-bad' : ''}`}>
      {icon}
      <span className="flex-1">{children}</span>
      {after}
    </Base.Item>
  );
}

/** A place to go or a file to fetch; `render` takes a router link. */
export function MenuLink({
  icon,
  after,
  children,
  ...rest
}: ComponentProps<typeof Base.LinkItem> & { icon?: ReactNode; after?: ReactNode }) {
  return (
    <Base.LinkItem closeOnClick {...rest} className={MENU_ROW}>
      {icon}
      <span className="flex-1">{children}</span>
      {after}
    </Base.LinkItem>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="-mx-1 my-1 h-px bg-line" />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <div className="px-2 pt-1.5 pb-1 text-faint text-xs">{children}</div>;
}

type MenuPickProps<T extends string> = {
  label: string;
  /** Empty where nothing is chosen yet. */
  value: T | '';
  options: readonly { value: T; label: string; icon?: ReactNode }[];
  onChange: (value: T) => void;
};

/** One of several, inside a menu. */
export function MenuPick<T extends string>({ label, value, options, onChange }: MenuPickProps<T>) {
  return (
    <Base.RadioGroup value={value} onValueChange={(next) => onChange(next as T)} aria-label={label}>
      {options.map((option) => (
        <Base.RadioItem key={option.value} value={option.value} closeOnClick className={MENU_ROW}>
          {option.icon}
          <span className="block flex-1 first-letter:uppercase">{option.label}</span>
          <Base.RadioItemIndicator>
            <Check />
          </Base.RadioItemIndicator>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}
