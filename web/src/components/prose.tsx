/** Markdown as the server rendered and sanitised it (`core/markdown.py`): nothing else may be given here. */
export function Prose({ html, className = '' }: { html: string; className?: string }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised by the server, which takes no HTML from people
  return <div className={`prose ${className}`} dangerouslySetInnerHTML={{ __html: html }} />;
}
