// SPDX-License-Identifier: Apache-2.0
// Draws the charts of a report with Chart.js. Each <figure class="chart"> brings its own data as JSON; legends are
// buttons, and the arrow keys walk along the curves.
'use strict';
(() => {
  const charts = [];
  const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

  function colours(printing) {
    const style = getComputedStyle(document.documentElement);
    if (printing) return {ink: '#1c1c1c', soft: '#5c5c5c', line: '#dcdcd8', page: '#fff',
                          series: ['#1a66cc', '#c2410c', '#15803d', '#7e22ce', '#0e7490', '#a16207']};
    const value = name => style.getPropertyValue(name).trim();
    return {ink: value('--ink'), soft: value('--soft'), line: value('--line'), page: value('--page'),
            series: value('--series').split(',').map(s => s.trim())};
  }

  const text = x => x === 0 || (Math.abs(x) >= 1e-4 && Math.abs(x) < 1e6)
      ? x.toLocaleString('en', {maximumSignificantDigits: 4}) : x.toExponential(2).replace(/\.?0+e/, 'e');

  // On a logarithmic axis only 1, 2 and 5 have room for a number; over more than two decades only powers of ten.
  function tick(x) {
    if (this.type !== 'logarithmic') return text(x);
    const digit = Math.round(x / 10 ** Math.floor(Math.log10(x) + 1e-9));
    return digit === 1 || (this.max / this.min < 100 && (digit === 2 || digit === 5)) ? text(x) : '';
  }

  function axis(label, logarithmic) {
    return {type: logarithmic ? 'logarithmic' : 'linear', title: {display: true, text: label},
            ticks: {maxTicksLimit: 8, callback: tick, maxRotation: 0, autoSkip: !logarithmic,
                    includeBounds: logarithmic}};
  }

  function datasets(series) {
    return series.map((s, k) => ({
      label: s.name, data: s.x.map((x, i) => ({x, y: s.y[i] === null ? NaN : s.y[i]})), showLine: !s.points,
      pointRadius: s.points ? (s.x.length > 100 ? 2 : 4) : (s.x.length < 12 ? 2.5 : 0), pointHoverRadius: 5, borderWidth: 2,
      borderDash: s.points ? [] : DASHES[(k < 6 ? (k === 1 ? 1 : 0) : Math.floor(k / 6)) % DASHES.length], tension: 0, clip: 6}));
  }

  function paint(chart, printing) {
    const c = colours(printing);
    chart.data.datasets.forEach((set, k) => {
      set.borderColor = set.backgroundColor = c.series[k % c.series.length];
      if (!set.showLine && set.data.length > 100) set.backgroundColor += '99';
    });
    for (const side of Object.values(chart.options.scales)) {
      side.grid = {color: c.line, borderColor: c.soft};
      side.ticks.color = c.soft;
      side.title.color = c.ink;
    }
    Object.assign(chart.options.plugins.tooltip, {backgroundColor: c.ink, titleColor: c.page, bodyColor: c.page});
    chart.legend_buttons.forEach((button, k) => {
      const mark = button.firstChild;
      mark.style.borderColor = c.series[k % c.series.length];
      if (mark.className === 'dot') mark.style.background = c.series[k % c.series.length];
    });
    chart.update('none');
  }

  function button(parent, label, pressed, act) {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = label;
    made.setAttribute('aria-pressed', pressed);
    made.addEventListener('click', () => made.setAttribute('aria-pressed', act()));
    parent.append(made);
    return made;
  }

  function legend(figure, chart, plan) {
    const place = figure.querySelector('.legend');
    chart.legend_buttons = plan.series.map((s, k) => {
      const made = button(place, s.name, true, () => {
        chart.setDatasetVisibility(k, !chart.isDatasetVisible(k));
        chart.update('none');
        return chart.isDatasetVisible(k);
      });
      const mark = document.createElement('i');
      if (s.points) mark.className = 'dot';
      mark.style.borderTopStyle = chart.data.datasets[k].borderDash.length ? 'dashed' : 'solid';
      made.prepend(mark);
      return made;
    });
    if (!plan.may_be_log) return;
    button(place, 'logarithmic', plan.log_y, () => {
      const y = chart.options.scales.y;
      y.type = y.type === 'linear' ? 'logarithmic' : 'linear';
      chart.update('none');
      return y.type === 'logarithmic';
    }).classList.add('scale');
  }

  // Arrow keys, Home and End: the next point of the first curve that is shown, and what the others have there.
  function walk(figure, chart, plan) {
    const said = figure.querySelector('.said');
    let at = -1;
    chart.canvas.addEventListener('keydown', event => {
      const shown = chart.data.datasets.findIndex((_, k) => chart.isDatasetVisible(k));
      if (shown < 0) return;
      const points = chart.data.datasets[shown].data;
      const last = points.length - 1;
      const next = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last}[event.key];
      if (next === undefined) return;
      event.preventDefault();
      at = Math.min(Math.max(next, 0), last);
      const x = points[at].x;
      const found = [];
      chart.data.datasets.forEach((set, k) => {
        const index = k === shown ? at : set.data.findIndex(p => p.x === x);
        if (index >= 0 && chart.isDatasetVisible(k)) found.push({datasetIndex: k, index});
      });
      chart.tooltip.setActiveElements(found, {x: 0, y: 0});
      chart.update('none');
      said.textContent = `${plan.x_label} ${text(x)}: ` + found.map(f => {
        const set = chart.data.datasets[f.datasetIndex];
        return `${set.label} ${text(set.data[f.index].y)}`;
      }).join(', ');
    });
    chart.canvas.addEventListener('blur', () => {
      chart.tooltip.setActiveElements([], {x: 0, y: 0});
      chart.update('none');
      said.textContent = '';
    });
  }

  // Curves over epochs and updates fill their chart.
  const range = plan => ({min: 0, max: Math.max(...plan.series.map(s => s.x[s.x.length - 1]))});

  function draw(figure) {
    const plan = JSON.parse(figure.querySelector('script').textContent);
    const canvas = document.createElement('canvas');
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', `${figure.querySelector('figcaption').textContent} Arrow keys walk along it.`);
    figure.querySelector('.plot').append(canvas);
    const chart = new Chart(canvas, {
      type: 'scatter', data: {datasets: datasets(plan.series)},
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, spanGaps: false,
        interaction: {mode: plan.over_time ? 'index' : 'nearest', intersect: false},
        scales: {x: {...axis(plan.x_label, plan.log_x), ...(plan.over_time ? range(plan) : {})},
                 y: axis(plan.y_label, plan.log_y)},
        plugins: {legend: {display: false}, tooltip: {callbacks: {
          title: items => items.length ? `${plan.x_label} ${text(items[0].parsed.x)}` : '',
          label: item => `${item.dataset.label}: ${text(item.parsed.y)}`}}}}});
    legend(figure, chart, plan);
    walk(figure, chart, plan);
    paint(chart, false);
    charts.push(chart);
    figure.dataset.drawn = 'yes';
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12.5;
  document.querySelectorAll('figure.chart').forEach(draw);
  const paint_all = printing => charts.forEach(chart => paint(chart, printing));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => paint_all(false));
  addEventListener('beforeprint', () => paint_all(true));
  addEventListener('afterprint', () => paint_all(false));
})();
