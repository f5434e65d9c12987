// Shares by day, drawn from what the page carries in data-trend; drawn again when filters change the page.
(() => {
  const language = document.documentElement.lang;
  const font = "500 11px Inter, sans-serif";
  const charts = new WeakMap();

  // A canvas knows no custom properties: let the browser resolve them on an element.
  function ink(box, name) {
    const probe = document.createElement("i");
    probe.className = `ink-${name}`;
    box.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }

  const day = (seconds) => new Date(seconds * 1000).toLocaleDateString(language, { day: "numeric", month: "short", timeZone: "UTC" });
  const percent = (_, value) => (value == null ? "–" : `${value.toLocaleString(language, { maximumFractionDigits: 1 })} %`);
  // From a round figure below the least one up to a hundred: what matters happens near the top.
  const scale = (_, min) => [min == null ? 0 : Math.max(0, Math.floor((min - 2) / 10) * 10), 100];

  function draw(box) {
    const { at, start, first } = JSON.parse(box.dataset.trend);
    const labels = box.dataset;
    const axis = { font, stroke: ink(box, "axis"), ticks: { show: false } };
    const points = { show: at.length < 60, size: 5 };
    const options = {
      width: box.clientWidth,
      height: 220,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      cursor: { points: { size: 7 }, drag: { x: true, y: false } },
      scales: { x: { time: true }, y: { range: scale } },
      series: [
        { label: labels.textDay, value: (_, value) => (value == null ? "–" : day(value)) },
        { label: labels.textStart, stroke: ink(box, "power"), width: 2, points, spanGaps: true, value: percent },
        { label: labels.textFirst, stroke: ink(box, "energy"), width: 1.75, dash: [5, 4], points, spanGaps: true, value: percent },
      ],
      axes: [
        { ...axis, grid: { show: false }, size: 32, values: (_, ticks) => ticks.map(day) },
        { ...axis, grid: { stroke: ink(box, "grid"), width: 1 }, size: 52, values: (_, ticks) => ticks.map((tick) => `${tick} %`) },
      ],
    };
    charts.get(box)?.destroy();
    box.replaceChildren();
    charts.set(box, new uPlot(options, [at, start, first], box));
    box.dataset.drawn = String(at.length);
  }

  const drawAll = () => document.querySelectorAll("[data-trend]").forEach(draw);
  drawAll();
  addEventListener("resize", drawAll);
  document.addEventListener("busbar:theme", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
})();
