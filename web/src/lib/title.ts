/** The tab: its words, and a favicon whose signal shows how the run of this page stands. */
import { useEffect } from 'react';

/** public/favicon.svg with its signal lit. */
const DRAWING = (signal: string) =>
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1d1b19"/>' +
  '<path d="M6 22h20M6 10h4.5c5 0 4.5 12 9.8 12" fill="none" stroke="#faf9f7" stroke-width="2.6" stroke-linecap="round"/>' +
  `<circle cx="22.8" cy="10" r="4.2" fill="${signal}"/></svg>`;

const SIGNALS = { live: '#ff9256', ok: '#5ccb8f', bad: '#ff8d80' };
const WORDS = { live: 'Running', ok: 'Completed', bad: 'Failed' };

export function useTitle(title: string, signal?: keyof typeof SIGNALS): void {
  useEffect(() => {
    document.title = [signal && WORDS[signal], title, 'Taskyard'].filter(Boolean).join(' · ');
  }, [title, signal]);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (!link || !signal) return;
    const plain = link.href;
    link.href = `data:image/svg+xml,${encodeURIComponent(DRAWING(SIGNALS[signal]))}`;
    return () => {
      link.href = plain;
    };
  }, [signal]);
}
