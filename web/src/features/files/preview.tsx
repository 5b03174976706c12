import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useEffect, useState } from 'react';
import { getFileLink } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { bytes } from '@/lib/format';
import { fromAnswer, problem } from '@/lib/problem';
import { isPicture, type Shown, TEXT_BYTES } from './preview-kind';
import { useDownload } from './use-download';

type PreviewProps = { file: Shown; onClose: () => void };

/** A file to look at. It is read as bytes and given a type that cannot run, whatever it holds. */
export default function Preview({ file, onClose }: PreviewProps) {
  const download = useDownload(file);
  const { data, error } = useQuery({
    queryKey: [{ _id: 'filePreview', file: file.id }],
    queryFn: ({ signal }) => read(file, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={file.name}
      description={`${bytes(file.size)} · ${file.type}`}
      className="sm:top-[6vh]! sm:w-[min(60rem,calc(100vw-3rem))]!"
    >
      {error && <Notice tone="bad">{problem(error).message}</Notice>}
      {!data && !error && (
        <p role="status" className="late py-10 text-center text-mute">
          On its way…
        </p>
      )}
      {data && (isPicture(file) ? <Picture name={file.name} content={data} /> : <Text file={file} content={data} />)}
      <div className="flex justify-end">
        <Button icon={<Download />} aria-disabled={download.busy} onClick={download.start}>
          Download
        </Button>
      </div>
    </Dialog>
  );
}

async function read(file: Shown, signal: AbortSignal): Promise<Blob> {
  const { url } = (await getFileLink({ path: { file_id: file.id }, signal })).data.data;
  const headers: HeadersInit = isPicture(file) ? {} : { Range: `bytes=0-${TEXT_BYTES - 1}` };
  const answer = await fetch(url, { signal, headers }).catch(() => undefined);
  if (!answer?.ok) throw fromAnswer(await answer?.json().catch(() => undefined), answer);
  return new Blob([await answer.arrayBuffer()], { type: isPicture(file) ? file.type : 'text/plain' });
}

function Picture({ name, content }: { name: string; content: Blob }) {
  const [url, setUrl] = useState<string>();
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(content);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [content]);
  if (broken) return <Notice>This picture cannot be drawn here. Download it to look at it.</Notice>;
  return (
    <div className="grid min-h-32 place-items-center overflow-auto rounded-card border border-line bg-raise">
      {url && (
        <img src={url} alt={name} onError={() => setBroken(true)} className="max-h-[65dvh] max-w-full object-contain" />
      )}
    </div>
  );
}

function Text({ file, content }: { file: Shown; content: Blob }) {
  const [text, setText] = useState<string>();
  useEffect(() => {
    let wanted = true;
    void content.text().then((read) => wanted && setText(read));
    return () => {
      wanted = false;
    };
  }, [content]);
  if (text === undefined) return null;
  return (
    <>
      {file.size > TEXT_BYTES && (
        <Notice>Only the first {bytes(TEXT_BYTES)} are shown. The download has all of it.</Notice>
      )}
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-[65dvh] overflow-auto rounded-card border border-line bg-raise px-3 py-2.5 font-mono text-xs leading-relaxed"
      >
        {text || 'There is nothing in this file.'}
      </pre>
    </>
  );
}
