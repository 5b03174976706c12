import { CircleAlert, Info, Minus, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FindingRead } from '@/api/gen';
import { Chip, type Tone } from '@/components/ui/chip';

export type Severity = FindingRead['severity'];
export type Kind = FindingRead['kind'];

export const SEVERITIES: Record<Severity, { word: string; tone: Tone; icon: ReactNode }> = {
  high: { word: 'High', tone: 'bad', icon: <CircleAlert /> },
  medium: { word: 'Medium', tone: 'warn', icon: <TriangleAlert /> },
  low: { word: 'Low', tone: 'plain', icon: <Minus /> },
  info: { word: 'Info', tone: 'info', icon: <Info /> },
};

export const KINDS: Record<Kind, string> = {
  quality: 'Quality',
  security: 'Security',
  types: 'Types',
  coverage: 'Coverage',
  syntax: 'Syntax',
};

export function SeverityChip({ severity }: { severity: Severity }) {
  const { word, tone, icon } = SEVERITIES[severity];
  return (
    <Chip tone={tone} icon={icon}>
      {word}
    </Chip>
  );
}
