// Pages work without this. With it: colours by hand, refresh by itself, filters as one types.
(() => {
  'use strict';

  const ORDER = ['system', 'light', 'dark'];
  const SIGNS = { system: '◐', light: '☀', dark: '☾' };
  const WORDS = { system: 'as the system', light: 'light', dark: 'dark' };

  const themeButton = document.getElementById('theme');
  const current = () => document.documentElement.dataset.theme ?? 'system';
  const showTheme = () => {
    themeButton.textContent = SIGNS[current()];
    themeButton.setAttribute('aria-label', `Colours: ${WORDS[current()]}`);
    themeButton.title = `Colours: ${WORDS[current()]}`;
  };
  if (themeButton !== null) {
    themeButton.hidden = false;
    showTheme();
    themeButton.addEventListener('click', () => {
      const next = ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length];
      if (next === 'system') delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
      try {
        if (next === 'system') localStorage.removeItem('theme');
        else localStorage.setItem('theme', next);
      } catch {
        // It holds for this page then.
      }
      showTheme();
      document.dispatchEvent(new Event('theme'));
    });
  }

  // The row of pages may be wider than a phone: the current one is brought into view.
  // (Not by scrollIntoView: the Tab key would begin there.)
  const tabs = document.querySelector('.tabs');
  const tab = tabs?.querySelector('[aria-current]');
  if (tab) tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;

  const refresh = document.getElementById('refresh');
  let timer;
  const renew = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('main');
      const main = document.getElementById('main');
      // Whoever is typing, or has chosen something, is not disturbed.
      if (fresh === null || main === null || (main.contains(document.activeElement) && document.activeElement !== main)) return;
      const scrolled = [...main.querySelectorAll('.scroll')].map((box) => [box.scrollLeft, box.scrollTop]);
      main.replaceChildren(...fresh.childNodes);
      main.querySelectorAll('.scroll').forEach((box, i) => {
        const [left, top] = scrolled[i] ?? [0, 0];
        box.scrollTo(left, top);
      });
      enhance();
      document.dispatchEvent(new Event('renewed'));
    } catch {
      // The server is away for a moment: what is shown stays.
    }
  };
  if (refresh !== null) {
    refresh.closest('label').hidden = false;
    refresh.addEventListener('change', () => {
      clearInterval(timer);
      if (refresh.checked) timer = setInterval(() => void renew(), Math.max(1000, Number(refresh.dataset.period)));
    });
  }

  function enhance() {
    for (const input of document.querySelectorAll('input[data-filters]')) {
      const rows = [...(document.getElementById(input.dataset.filters)?.tBodies[0]?.rows ?? [])];
      const none = document.getElementById(`${input.dataset.filters}-none`);
      const apply = () => {
        const wanted = input.value.toLowerCase();
        let shown = 0;
        for (const row of rows) {
          row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
          if (!row.hidden) shown++;
        }
        if (none !== null) none.hidden = shown > 0;
      };
      input.closest('form').hidden = false;
      input.addEventListener('input', apply);
      apply();
    }
    for (const pre of document.querySelectorAll('pre[data-tail]')) pre.scrollTop = pre.scrollHeight;
    for (const select of document.querySelectorAll('select[data-submits]')) select.addEventListener('change', () => select.form.submit());
  }
  enhance();

  // "/" goes to the field of a page, as in many places.
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '')) return;
    const field = document.querySelector('main input[type=search], main input[type=text]');
    if (field === null) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();
