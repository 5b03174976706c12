import { Braces, FileSpreadsheet, Import } from 'lucide-react';
import type { ReactElement } from 'react';
import { Menu, MenuItem, MenuLabel, MenuLink, MenuSeparator } from '@/components/ui/menu';
import { exportAddress, type ListSearch } from './search';

type ExchangeMenuProps = {
  trigger: ReactElement;
  projectId: string;
  search: ListSearch;
  /** Why no tasks can be made here; undefined where they can. */
  noNew: string | undefined;
  onImport: () => void;
};

export default function ExchangeMenu({ trigger, projectId, search, noNew, onImport }: ExchangeMenuProps) {
  return (
    <Menu trigger={trigger} defaultOpen>
      <MenuItem icon={<Import />} disabled={noNew !== undefined} onClick={onImport}>
        Import from CSV…
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>Export what the list shows</MenuLabel>
      <MenuLink icon={<FileSpreadsheet />} href={exportAddress(projectId, search, 'csv')} download>
        As CSV
      </MenuLink>
      <MenuLink icon={<Braces />} href={exportAddress(projectId, search, 'json')} download>
        As JSON
      </MenuLink>
    </Menu>
  );
}
