/** The mark: a switch with a signal. The signal is lit while something of yours runs, and only then. */
export function Mark({ lit = false, size = 18 }: { lit?: boolean; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 18 18" fill="none" aria-hidden="true" className="shrink-0">
      <path
        d="M2 13h14M2 5h4c3 0 3 8 6 8M12 5h4"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle
        cx="9.1"
        cy="9"
        r={lit ? 2.1 : 1.75}
        strokeWidth="1.2"
        className={lit ? 'fill-live stroke-live' : 'fill-bg stroke-current'}
      />
    </svg>
  );
}
