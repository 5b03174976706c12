import { Braces, FileText, ShieldCheck } from 'lucide-react';
import type { ReactElement } from 'react';
import { Menu, MenuLink } from '@/components/ui/menu';

const FORMATS = [
  { format: 'html', name: 'HTML', about: 'to read and print', icon: <FileText /> },
  { format: 'json', name: 'JSON', about: 'everything', icon: <Braces /> },
  { format: 'sarif', name: 'SARIF 2.1.0', about: 'for code scanning', icon: <ShieldCheck /> },
];

type ExportMenuProps = { trigger: ReactElement; projectId: string; analysisId: string };

export default function ExportMenu({ trigger, projectId, analysisId }: ExportMenuProps) {
  return (
    <Menu trigger={trigger} defaultOpen>
      {FORMATS.map(({ format, name, about, icon }) => (
        <MenuLink
          key={format}
          icon={icon}
          after={<span className="pl-6 text-mute text-xs">{about}</span>}
          href={`/api/v1/projects/${projectId}/analyses/${analysisId}/export/${format}`}
          download
        >
          {name}
        </MenuLink>
      ))}
    </Menu>
  );
}
