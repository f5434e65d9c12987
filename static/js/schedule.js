// The limit of an EVSE over the next hours, as steps: by its profiles, and as the station says.
(() => {
  const faint = (colour) => colour.replace(/\)$/, " / 0.14)");
  const language = document.documentElement.lang;
  const font = "500 11px Inter, sans-serif";
  let chart = null;
  let data = null;
  const box = () => document.getElementById("schedule-chart");

  // A canvas knows no custom properties: let the browser resolve them on an element.
  const ink = (name) => {
    const probe = document.createElement("i");
    probe.className = `ink-${name}`;
    box().append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };

  const clock = (_, ticks) => {
    const format = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: data.zone });
    return ticks.map((tick) => format.format(tick * 1000));
  };

  function build() {
    const place = box();
    const labels = place.dataset;
    const watts = data.unit === "W";
    const shown = (values) => values.map((value) => (value == null ? null : watts ? value / 1000 : value));
    const unit = watts ? "kW" : "A";
    const value = (_, number) => (number == null ? "–" : `${number.toLocaleString(language, { maximumFractionDigits: 1 })} ${unit}`);
    const stepped = uPlot.paths.stepped({ align: 1 });
    const step = (label, colour, options) => ({ label, stroke: colour, width: 2, paths: stepped, points: { show: false }, value, ...options });
    const expected = ink("power");
    const options = {
      width: place.clientWidth,
      height: place.clientWidth < 600 ? 220 : 260,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), data.zone),
      cursor: { points: { size: 7 }, drag: { x: true, y: false } },
      scales: { x: { time: true }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.12 : 1] } },
      series: [
        { label: labels.textTime, value: (_, at) => (at == null ? "–" : `${clock(null, [at])[0]} ${data.zone_name}`) },
        step(labels.textExpected, expected, { fill: faint(expected) }),
        step(labels.textStation, ink("energy"), { dash: [6, 4] }),
      ],
      axes: [
        { font, stroke: ink("axis"), grid: { show: false }, ticks: { stroke: ink("grid"), size: 4 }, size: 32, values: clock },
        { font, stroke: ink("axis"), size: 46, gap: 6, values: (_, ticks) => ticks.map((tick) => tick.toLocaleString(language)), grid: { stroke: ink("grid"), width: 1 }, ticks: { show: false }, label: unit, labelFont: font, labelSize: 18, labelGap: 0 },
      ],
    };
    chart?.destroy();
    place.replaceChildren();
    chart = new uPlot(options, [data.at, shown(data.expected), shown(data.station)], place);
    place.dataset.drawn = String(data.at.length);
  }

  async function load() {
    if (!box()) return;
    const response = await fetch(box().dataset.url, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    data = await response.json();
    build();
  }

  load();
  addEventListener("resize", () => data && box() && build());
  document.addEventListener("busbar:theme", () => data && box() && build());
  document.addEventListener("busbar:changed", load);
})();
