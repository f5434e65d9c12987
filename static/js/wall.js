// A board on a wall that nobody touches: its clock, and an alarm as soon as what it shows may be old.
(() => {
  const LATE_S = 75;
  const alarm = document.getElementById("wall-alarm");
  const wall = alarm.closest(".wall");
  const clock = document.getElementById("wall-clock");
  const language = document.documentElement.lang;
  const of = (more) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more });
  const minutes = of({});
  const seconds = of({ second: "2-digit" });
  let fetched = Date.now();
  let isSignedOut = false;

  // Only an answer proves that somebody is there: a socket can look open long after the network has gone.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.id !== "wall") return;
    isSignedOut = event.detail.xhr.status === 401;
    if (event.detail.successful) fetched = Date.now();
    look();
  });

  function state() {
    if (isSignedOut) return "out";
    if (Date.now() - fetched > LATE_S * 1000) return "stale";
    return document.querySelector("[data-live-state=polling]") ? "polling" : "";
  }

  function look() {
    const now = state();
    const text = now ? alarm.dataset[`text${now[0].toUpperCase()}${now.slice(1)}`] : "";
    const told = text.replace("%time", seconds.format(fetched));
    // Said again only when it changes.
    if (alarm.textContent !== told) alarm.textContent = told;
    wall.dataset.state = now;
  }

  function tick() {
    const time = minutes.format(Date.now());
    if (clock.textContent !== time) clock.textContent = time;
    look();
  }

  function local() {
    for (const node of document.querySelectorAll("time[data-local]"))
      node.textContent = seconds.format(Date.parse(node.dateTime));
  }

  const button = document.querySelector("[data-full-screen]");
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => document.documentElement.requestFullscreen());

  // The screen stays on while the board is in sight, where the browser lets it.
  const stayOn = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", stayOn);
  document.addEventListener("htmx:afterSettle", local);
  local();
  stayOn();
  tick();
  setInterval(tick, 1000);
})();
