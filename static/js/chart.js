// A session's curve: power, energy and state of charge over time.
(() => {
  const box = document.getElementById("session-chart");
  if (!box) return;
  // A canvas knows no custom properties: let the browser resolve them on an element.
  const ink = (name) => {
    const probe = document.createElement("i");
    probe.className = `ink-${name}`;
    box.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  const faint = (colour) => colour.replace(/\)$/, " / 0.14)");
  const language = document.documentElement.lang;
  const font = "500 11px Inter, sans-serif";
  const labels = box.dataset;
  let chart = null;
  let data = null;

  const number = (digits, unit) => (_, value) =>
    value == null ? "–" : `${value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;

  function axis(side, scale, unit, options = {}) {
    return {
      side, scale, font, stroke: ink("axis"), size: 46, gap: 6,
      values: (_, ticks) => ticks.map((tick) => `${tick.toLocaleString(language)}${unit}`),
      grid: { show: side === 3, stroke: ink("grid"), width: 1 },
      ticks: { show: false },
      ...options,
    };
  }

  function build() {
    const hasSoc = data.soc_percent.some((value) => value != null);
    const hasEnergy = data.energy_kwh.some((value) => value != null);
    const power = ink("power");
    // Two readings make a line, one is only a point.
    const points = { show: data.at.length < 2 };
    const series = [
      { label: labels.textTime, value: (_, value) => (value == null ? "–" : `${clock(null, [value])[0]} ${data.zone_name}`) },
      { label: labels.textPower, scale: "kw", stroke: power, fill: faint(power), width: 2, points, value: number(1, "kW") },
    ];
    const columns = [data.at, data.power_kw];
    if (hasEnergy) {
      series.push({ label: labels.textEnergy, scale: "kwh", stroke: ink("energy"), width: 1.75, points, value: number(2, "kWh") });
      columns.push(data.energy_kwh);
    }
    if (hasSoc) {
      series.push({ label: labels.textSoc, scale: "%", stroke: ink("soc"), width: 1.75, dash: [5, 4], points, value: number(0, "%") });
      columns.push(data.soc_percent);
    }
    const options = {
      width: box.clientWidth,
      height: box.clientWidth < 600 ? 240 : 300,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), data.zone),
      cursor: { points: { size: 7 }, drag: { x: true, y: false } },
      scales: { x: { time: true, range: atLeastAMinute }, kw: { range: zeroBased }, kwh: { range: zeroBased }, "%": { range: [0, 100] } },
      series,
      axes: [
        { font, stroke: ink("axis"), grid: { show: false }, ticks: { stroke: ink("grid"), size: 4 }, size: 32, values: clock },
        axis(3, "kw", "", { label: "kW", labelFont: font, labelSize: 18, labelGap: 0 }),
        hasEnergy ? axis(1, "kwh", "", { label: "kWh", labelFont: font, labelSize: 18, labelGap: 0 }) : { show: false },
      ],
    };
    chart?.destroy();
    box.replaceChildren();
    chart = new uPlot(options, columns, box);
    box.dataset.drawn = String(data.at.length);
  }

  const atLeastAMinute = (_, min, max) => (max - min < 60 ? [min - 30, max + 30] : [min, max]);
  const zeroBased = (_, __, max) => [0, max > 0 ? max * 1.08 : 1];
  const clock = (_, ticks) => {
    const isShort = data.at.at(-1) - data.at[0] < 900;
    const parts = { hour: "2-digit", minute: "2-digit", ...(isShort && { second: "2-digit" }) };
    const format = new Intl.DateTimeFormat(language, { ...parts, hourCycle: "h23", timeZone: data.zone });
    return ticks.map((tick) => format.format(tick * 1000));
  };

  async function load() {
    const response = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    data = await response.json();
    if (data.at.length) build();
  }

  load();
  addEventListener("resize", () => data?.at.length && build());
  document.addEventListener("busbar:theme", () => data?.at.length && build());
  document.addEventListener("busbar:changed", load);
})();
