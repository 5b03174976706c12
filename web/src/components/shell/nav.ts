import type { LinkProps } from '@tanstack/react-router';
import { Inbox, Layers, ListTodo, type LucideIcon, Settings, TrainTrack, Users, UsersRound } from 'lucide-react';
import { useMe } from '@/lib/session';

export type Place = { to: LinkProps['to']; label: string; icon: LucideIcon; keys: string; exact?: boolean };

/** The places the navigation leads to, in its order; `keys` gets there from anywhere. */
export const PLACES: readonly Place[] = [
  { to: '/', label: 'My work', icon: ListTodo, keys: 'G H', exact: true },
  { to: '/inbox', label: 'Inbox', icon: Inbox, keys: 'G I' },
  { to: '/projects', label: 'Projects', icon: Layers, keys: 'G P' },
  { to: '/runs', label: 'Runs', icon: TrainTrack, keys: 'G R' },
];

/** Beside the others in the sidebar; a phone's bar has no room for it. */
export const TEAMS: Place = { to: '/teams', label: 'Teams', icon: UsersRound, keys: 'G T' };

/** For administrators. */
export const PEOPLE: Place = { to: '/people', label: 'People', icon: Users, keys: 'G E' };

export const SETTINGS: Place = { to: '/settings/profile', label: 'Settings', icon: Settings, keys: 'G S' };

/** Everything this account can go to. */
export function usePlaces(): readonly Place[] {
  return [...PLACES, TEAMS, ...(useMe().role === 'admin' ? [PEOPLE] : []), SETTINGS];
}
