/** Reading forms. The server checks the values; the browser's own constraints catch the empty ones before. */

/** The text of a field; a password keeps its spaces. */
export function text(form: FormData, name: string): string {
  const value = form.get(name);
  const given = typeof value === 'string' ? value : '';
  return /password/.test(name) ? given : given.trim();
}

/** A path inside this app, so that `?next=` never leads to another site. */
export function inside(path: unknown): path is string {
  return typeof path === 'string' && /^\/(?![/\\])/.test(path);
}
