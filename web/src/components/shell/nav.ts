import type { LinkProps } from '@tanstack/react-router';
import { Layers, ListTodo, type LucideIcon, Settings, TrainTrack } from 'lucide-react';

export type Place = { to: LinkProps['to']; label: string; icon: LucideIcon; keys: string; exact?: boolean };

/** The places the navigation leads to, in its order; `keys` gets there from anywhere. */
export const PLACES: readonly Place[] = [
  { to: '/', label: 'My work', icon: ListTodo, keys: 'G H', exact: true },
  { to: '/projects', label: 'Projects', icon: Layers, keys: 'G P' },
  { to: '/runs', label: 'Runs', icon: TrainTrack, keys: 'G R' },
];

export const SETTINGS: Place = { to: '/settings/profile', label: 'Settings', icon: Settings, keys: 'G S' };
