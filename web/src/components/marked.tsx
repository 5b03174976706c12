import type { Piece } from '@/api/gen';

/** A text in which what was looked for stands out. */
export function Marked({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map((piece, at) =>
    piece.hit ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text keep their places
      <mark key={at} className="rounded-[3px] bg-warn-bg text-fg">
        {piece.text}
      </mark>
    ) : (
      piece.text
    ),
  );
}
