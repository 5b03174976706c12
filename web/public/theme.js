// Runs before the first paint, so that a dark page never flashes white, and follows the system and other tabs from then
// on. A file, not an inline script: the content security policy allows no inline code. lib/theme.ts writes the key read
// here, and says so by the event.
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const chosen = localStorage.getItem('taskyard:theme');
    const dark = chosen === 'dark' || (chosen !== 'light' && system.matches);
    document.documentElement.classList.toggle('dark', dark);
    document.querySelector('meta[name=theme-color]').content = dark ? '#121110' : '#faf9f7';
  };
  apply();
  system.addEventListener('change', apply);
  addEventListener('storage', apply);
  addEventListener('taskyard:theme', apply);
})();
