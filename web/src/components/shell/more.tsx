import { Link } from '@tanstack/react-router';
import { LogOut, Search, Settings, Users, UsersRound } from 'lucide-react';
import { Person } from '@/components/ui/avatar';
import { Dialog } from '@/components/ui/dialog';
import { Segmented } from '@/components/ui/segmented';
import { overlay } from '@/lib/overlay';
import { useMe } from '@/lib/session';
import { setTheme, useTheme } from '@/lib/theme';
import { useSignOut } from './use-sign-out';

const ROW =
  'flex h-11 w-full items-center gap-3 border-line border-b text-left last:border-0 [&_svg]:size-4 [&_svg]:text-mute';

const THEMES = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

/** What the sidebar holds, on a phone. */
export default function More() {
  const me = useMe();
  const theme = useTheme();
  const signOut = useSignOut();
  const close = () => overlay(null);
  return (
    <Dialog open onOpenChange={close} title={me.display_name || me.username} description={me.email}>
      <div>
        <button type="button" className={ROW} onClick={() => overlay('palette')}>
          <Search />
          Search or do…
        </button>
        <Link to="/teams" search={{}} className={ROW} onClick={close}>
          <UsersRound />
          Teams
        </Link>
        {me.role === 'admin' && (
          <Link to="/people" search={{}} className={ROW} onClick={close}>
            <Users />
            People
          </Link>
        )}
        <Link to="/settings/profile" className={ROW} onClick={close}>
          <Settings />
          Settings
        </Link>
        <div className={`${ROW} justify-between`}>
          Theme
          <Segmented label="Theme" value={theme} options={THEMES} onChange={setTheme} />
        </div>
        <button type="button" className={ROW} onClick={signOut}>
          <LogOut />
          Sign out
          <span className="ml-auto">
            <Person id={me.id} name={me.display_name || me.username} size={22} />
          </span>
        </button>
      </div>
    </Dialog>
  );
}
