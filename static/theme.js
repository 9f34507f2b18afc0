// Runs before the first paint: marks that script is on and applies the chosen theme, else the system's. The choice is
// kept by the server, which writes it into data-theme; switching here only saves the round trip.
(() => {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => { root.dataset.bsTheme = root.dataset.theme || (dark.matches ? 'dark' : 'light'); };
  root.classList.add('js');
  apply();
  dark.addEventListener('change', apply);
  document.addEventListener('submit', (event) => {
    const form = event.target.closest('[data-theme-choice]');
    if (!form || !event.submitter) return;
    event.preventDefault();
    const { value } = event.submitter;
    if (value === 'system') delete root.dataset.theme; else root.dataset.theme = value;
    apply();
    form.querySelectorAll('button').forEach((button) => button.setAttribute('aria-pressed', button === event.submitter));
    const chosen = new URLSearchParams(new FormData(form));
    chosen.set('theme', value);
    fetch(form.action, { method: 'POST', body: chosen, redirect: 'manual' });
  });
})();
