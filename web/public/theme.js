// Runs before the first paint, so that a dark page never flashes white. A file, not an inline script: the
// content security policy allows no inline code. lib/theme.ts writes the key read here.
(() => {
  const chosen = localStorage.getItem('taskyard:theme');
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
  document.querySelector('meta[name=theme-color]').content = dark ? '#121110' : '#faf9f7';
})();
