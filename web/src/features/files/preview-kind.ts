/** What can be looked at without being fetched: nothing of it is run, whatever it holds. */
export type Shown = { id: string; name: string; type: string; size: number };

/** Drawn by the browser as a picture, in which no script runs. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp']);
const LARGEST_PICTURE = 25 * 1024 * 1024;
/** So much of a text is shown. */
export const TEXT_BYTES = 256 * 1024;

export function isPicture({ type }: Pick<Shown, 'type'>): boolean {
  return PICTURES.has(type);
}

function isText(type: string): boolean {
  return /^text\/|\/(json|xml|javascript|x-sh|x-yaml|toml)$|\+(json|xml)$/.test(type);
}

export function isShown(file: Shown): boolean {
  return isPicture(file) ? file.size <= LARGEST_PICTURE : isText(file.type);
}
