import { File, FileArchive, FileImage, FileText } from 'lucide-react';

/** What a file is, as a picture. */
export function FileKind({ of }: { of: string }) {
  const Icon = /^image\//.test(of)
    ? FileImage
    : /zip|tar|compressed|x-(bz|xz|7z)/.test(of)
      ? FileArchive
      : /^text\/|pdf|json|document/.test(of)
        ? FileText
        : File;
  return <Icon aria-hidden="true" className="size-4 shrink-0 text-mute" strokeWidth={1.75} />;
}
