/** The tab: its words, and a favicon whose signal is lit while a run of this page is live. */
import { useEffect } from 'react';

const DRAWING = (signal: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1d1b19"/>` +
  `<g fill="none" stroke="#faf9f7" stroke-width="2.4" stroke-linecap="round"><path d="M6 22.5h20M6 9.500h5.500c4.500 0 4.500 13 9.500 13M20.500 9.500H26"/></g>` +
  `<circle cx="16.200" cy="16" r="4.500" fill="${signal}" stroke="#1d1b19" stroke-width="1.500"/></svg>`;

const SIGNALS = { live: '#ff9256', ok: '#5ccb8f', bad: '#ff8d80' };

export function useTitle(title: string, signal?: keyof typeof SIGNALS): void {
  useEffect(() => {
    document.title = title ? `${title} · Taskyard` : 'Taskyard';
  }, [title]);
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
