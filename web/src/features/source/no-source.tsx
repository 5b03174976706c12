import { Empty } from '@/components/ui/empty';

/** A project without source, for somebody who cannot give it any. */
export function NoSource({ why }: { why: string }) {
  return <Empty title="No source yet">What is uploaded here can be read and analysed. {why}</Empty>;
}
