import type { ReactElement } from 'react';
import { Menu, MenuPick } from './menu';

type PickMenuProps = {
  trigger: ReactElement;
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
};

export default function PickMenu({ trigger, ...pick }: PickMenuProps) {
  return (
    <Menu trigger={trigger} align="start" defaultOpen>
      <MenuPick {...pick} />
    </Menu>
  );
}
