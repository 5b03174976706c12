import encodeQR from 'qr';
import { useMemo } from 'react';

/** Light modules around the code, as its standard asks (ISO/IEC 18004). */
const QUIET = 4;

/** A text for a camera. Always dark on light: many readers know no other. */
export function QrCode({ text, label, className }: { text: string; label: string; className?: string }) {
  const modules = useMemo(() => encodeQR(text, 'raw', { border: QUIET }), [text]);
  const path = modules.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${modules.length} ${modules.length}`}
      shapeRendering="crispEdges"
      className={className}
    >
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#1d1b19" />
    </svg>
  );
}
