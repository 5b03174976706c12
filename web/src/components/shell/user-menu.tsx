import { Link } from '@tanstack/react-router';
import { Keyboard, LogOut, Monitor, Moon, Settings, Sun } from 'lucide-react';
import type { ReactElement } from 'react';
import { Kbd } from '@/components/ui/kbd';
import { Menu, MenuItem, MenuLabel, MenuLink, MenuPick, MenuSeparator } from '@/components/ui/menu';
import { overlay } from '@/lib/overlay';
import { useMe } from '@/lib/session';
import { setTheme, useTheme } from '@/lib/theme';
import { useSignOut } from './use-sign-out';

const THEMES = [
  { value: 'system', label: 'System', icon: <Monitor /> },
  { value: 'light', label: 'Light', icon: <Sun /> },
  { value: 'dark', label: 'Dark', icon: <Moon /> },
] as const;

export default function UserMenu({ trigger }: { trigger: ReactElement }) {
  const me = useMe();
  const theme = useTheme();
  const signOut = useSignOut();
  return (
    <Menu trigger={trigger} side="top" align="start" defaultOpen>
      <div className="max-w-56 truncate px-2 pt-1.5 pb-1 text-mute text-xs">{me.email}</div>
      <MenuSeparator />
      <MenuLink icon={<Settings />} render={<Link to="/settings/profile" />}>
        Settings
      </MenuLink>
      <MenuItem icon={<Keyboard />} after={<Kbd keys="?" />} onClick={() => overlay('help')}>
        Keyboard shortcuts
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      <MenuPick label="Theme" value={theme} options={THEMES} onChange={setTheme} />
      <MenuSeparator />
      <MenuItem icon={<LogOut />} onClick={signOut}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
