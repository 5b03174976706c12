import { lazy, Suspense, useState } from 'react';
import { Person } from '@/components/ui/avatar';
import { useMe } from '@/lib/session';

const load = () => import('./user-menu');
const UserMenu = lazy(load);

/** Who is signed in. The menu behind it is fetched when somebody reaches for it. */
export function UserButton({ className }: { className: string }) {
  const me = useMe();
  const [wanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      aria-haspopup="menu"
      className={`w-full text-left ${className}`}
      onPointerEnter={load}
      onFocus={load}
      onClick={() => setWanted(true)}
    >
      <Person id={me.id} name={me.display_name || me.username} />
      <span className="min-w-0 flex-1 truncate">{me.display_name || me.username}</span>
      {me.role !== 'user' && <span className="text-2xs text-faint">{me.role}</span>}
    </button>
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <UserMenu trigger={button} />
    </Suspense>
  );
}
