/** A sentence in which `this` is code. */
export function Inline({ text }: { text: string }) {
  return text.split(/`([^`]+)`/).map((part, index) =>
    // Every second part stood between two marks.
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity
    index % 2 ? <code key={index}>{part}</code> : part,
  );
}
