// Draws each <figure data-series="a,b" data-unit="bytes"> from the server's own history.
(() => {
  'use strict';

  const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  const bytes = (value) => {
    let at = 0;
    let rest = value;
    while (rest >= 1024 && at < UNITS.length - 1) {
      rest /= 1024;
      at++;
    }
    return `${rest >= 100 || Number.isInteger(rest) ? Math.round(rest) : rest.toFixed(1)} ${UNITS[at]}`;
  };
  const FORMATS = { bytes, percent: (value) => `${value.toFixed(1)}%`, count: (value) => (Math.round(value * 10) / 10).toLocaleString('en-US') };
  // Steps between two lines of a grid, so that they have round labels.
  const STEPS = {
    bytes: Array.from({ length: 51 }, (_, power) => 2 ** power),
    count: Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat(),
    percent: [1, 2, 5, 10, 20, 50, 100, 200, 500],
  };
  const clock = (seconds, options) => new Date(seconds * 1000).toLocaleTimeString('en-GB', options);
  const COLOURS = ['--line-1', '--line-2', '--line-3'];

  let history;
  let span = 'hour';
  let drawn = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // The newest values, unless somebody points at others.
  const showLast = (chart) => {
    if (chart.cursor.idx === null || chart.cursor.idx === undefined) chart.setLegend({ idx: history.timesMs.length - 1 });
  };

  function options(figure, names, width) {
    const format = FORMATS[figure.dataset.unit] ?? FORMATS.count;
    const axis = { stroke: colour('--muted'), grid: { stroke: colour('--grid'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
    return {
      width,
      height: 190,
      legend: { live: true },
      cursor: { y: false },
      hooks: { ready: [showLast], setCursor: [showLast] },
      scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.max(high * 1.1, figure.dataset.unit === 'percent' ? 10 : 1)] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((tick) => clock(tick, ticks[1] - ticks[0] < 60 ? {} : { hour: '2-digit', minute: '2-digit' })) },
        { ...axis, size: 68, incrs: STEPS[figure.dataset.unit] ?? STEPS.count, values: (_, ticks) => ticks.map(format) },
      ],
      series: [
        { label: 'Time', value: (_, seconds) => (seconds === null ? '–' : clock(seconds, {})) },
        ...names.map((name, i) => ({
          label: figure.dataset.labels.split(',')[i],
          stroke: colour(COLOURS[i]),
          width: 2,
          fill: i === 0 ? `${colour(COLOURS[0])}22` : undefined,
          points: { show: history.timesMs.length < 3 },
          value: (_, value) => (value === null ? '–' : format(value)),
        })),
      ],
    };
  }

  function draw() {
    for (const chart of drawn) chart.destroy();
    drawn = [];
    if (history === undefined) return;
    for (const figure of document.querySelectorAll('figure[data-series]')) {
      const names = figure.dataset.series.split(',');
      const place = figure.querySelector('.plot');
      const note = figure.querySelector('.note');
      const format = FORMATS[figure.dataset.unit] ?? FORMATS.count;
      const last = names.map((name, i) => `${figure.dataset.labels.split(',')[i]} ${format(history.values[name].at(-1) ?? 0)}`).join(', ');
      place.setAttribute('aria-label', `${figure.querySelector('figcaption').textContent}: now ${last}`);
      if (history.timesMs.length < 2) {
        note.textContent = 'Collecting: the first points come within seconds.';
        continue;
      }
      note.textContent = '';
      const data = [history.timesMs.map((ms) => ms / 1000), ...names.map((name) => history.values[name])];
      drawn.push(new uPlot(options(figure, names, place.clientWidth), data, place));
    }
  }

  async function load() {
    try {
      const answer = await fetch(`/metrics/series?span=${span}`);
      if (!answer.ok) throw new Error(String(answer.status));
      history = await answer.json();
      draw();
    } catch {
      for (const note of document.querySelectorAll('figure[data-series] .note')) note.textContent = 'The server does not answer.';
    }
  }

  function enhance() {
    for (const button of document.querySelectorAll('[data-span]')) {
      button.setAttribute('aria-pressed', String(button.dataset.span === span));
      button.addEventListener('click', () => {
        span = button.dataset.span;
        for (const other of document.querySelectorAll('[data-span]')) other.setAttribute('aria-pressed', String(other === button));
        void load();
      });
    }
  }

  enhance();
  void load();
  const period = Number(document.body.querySelector('[data-chart-period]')?.dataset.chartPeriod ?? 10_000);
  setInterval(() => document.hidden || void load(), Math.max(1000, period));
  document.addEventListener('theme', draw);
  document.addEventListener('renewed', () => {
    enhance();
    draw();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  let resizing;
  addEventListener('resize', () => {
    clearTimeout(resizing);
    resizing = setTimeout(draw, 150);
  });
})();
