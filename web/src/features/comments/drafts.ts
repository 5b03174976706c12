/** What somebody began to write: it survives a reload, in this tab, until it is sent or thrown away. */

const name = (key: string) => `taskyard:draft:${key}`;

export function draftOf(key: string): string {
  try {
    return sessionStorage.getItem(name(key)) ?? '';
  } catch {
    return '';
  }
}

export function keepDraft(key: string, text: string): void {
  try {
    if (text.trim()) sessionStorage.setItem(name(key), text);
    else sessionStorage.removeItem(name(key));
  } catch {
    // A browser that keeps nothing still lets one write.
  }
}
