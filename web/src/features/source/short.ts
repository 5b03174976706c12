/** Enough of a hash to tell snapshots, or commits, apart by eye. */
export function short(hash: string): string {
  return hash.slice(0, 7);
}
