/** The mark: a switch with a signal. The signal is lit while something of yours runs, and only then. */
export function Mark({ lit = false, size = 18 }: { lit?: boolean; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 18 18" fill="none" aria-hidden="true" className="shrink-0">
      <path
        d="M1.5 13.25h15M1.5 4.75h3.5c3.6 0 3.2 8.5 7 8.5"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
      />
      <circle
        cx="13.75"
        cy="4.75"
        r="2.1"
        strokeWidth="1.6"
        className={lit ? 'fill-live stroke-live' : 'stroke-current'}
      />
    </svg>
  );
}
