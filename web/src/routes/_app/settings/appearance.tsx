import { createFileRoute } from '@tanstack/react-router';
import { Section } from '@/components/section';
import { Segmented } from '@/components/ui/segmented';
import { Switch } from '@/components/ui/switch';
import { useSetPreference } from '@/features/accounts/use-save-profile';
import { useMe } from '@/lib/session';
import { setTheme, type Theme, useTheme } from '@/lib/theme';

export const Route = createFileRoute('/_app/settings/appearance')({ component: Appearance });

const THEMES = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const satisfies readonly { value: Theme; label: string }[];

function Appearance() {
  const me = useMe();
  const theme = useTheme();
  const set = useSetPreference();
  return (
    <>
      <Section title="Theme" about="On this device.">
        <Segmented label="Theme" value={theme} options={THEMES} onChange={setTheme} />
      </Section>
      <Section title="Keyboard" about="On every device.">
        <Switch
          label="Single-key shortcuts"
          hint="G then P goes to the projects, ? lists all keys. Turn them off if a voice or switch control types for you."
          checked={me.preferences.single_key_shortcuts !== false}
          onChange={(on) => set({ single_key_shortcuts: on })}
        />
      </Section>
    </>
  );
}
