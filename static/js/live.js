// Live pages. An element with data-live="station.12 …" gets the event `live` when one of these groups changed, and
// fetches itself again with hx-trigger="live". At most once a second, not in hidden tabs; while the socket is away,
// every 15 seconds.
(() => {
  const INTERVAL = 1000;
  const POLL = 15000;
  const FIRST_RETRY = 1000;
  const LAST_RETRY = 30000;

  const last = new WeakMap();
  const waiting = new WeakMap();
  const stale = new Set();
  let socket = null;
  let retry = FIRST_RETRY;
  let retryTimer = 0;
  let asked = "";

  const elements = () => [...document.querySelectorAll("[data-live]")];
  const groupsOf = (element) => element.dataset.live.split(" ").filter(Boolean);
  const isOpen = () => socket?.readyState === WebSocket.OPEN;

  function show(state) {
    for (const node of document.querySelectorAll("[data-text-live]")) {
      node.dataset.liveState = state;
      node.textContent = node.dataset[state === "live" ? "textLive" : "textPolling"];
    }
  }

  function refresh(element) {
    if (document.hidden) { stale.add(element); return; }
    if (waiting.has(element)) return;
    const wait = Math.max(0, (last.get(element) ?? 0) + INTERVAL - Date.now());
    waiting.set(element, setTimeout(() => {
      waiting.delete(element);
      // A swap may have replaced it: its successor has the same id.
      const current = element.isConnected ? element : element.id && document.getElementById(element.id);
      if (!current) return;
      last.set(current, Date.now());
      htmx.trigger(current, "live");
      current.dispatchEvent(new CustomEvent("busbar:changed", { bubbles: true }));
    }, wait));
  }

  function listen() {
    const groups = [...new Set(elements().flatMap(groupsOf))].sort();
    const text = JSON.stringify({ listen: groups });
    if (!isOpen() || text === asked) return;
    asked = text;
    socket.send(text);
  }

  function connect() {
    clearTimeout(retryTimer);
    // A page of which nothing is live says nothing about it.
    for (const node of document.querySelectorAll("[data-text-live]")) node.hidden = !elements().length;
    if (!elements().length || document.hidden) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/live/`);
    socket.addEventListener("open", () => {
      const wasAway = retry > FIRST_RETRY;
      retry = FIRST_RETRY;
      asked = "";
      listen();
      show("live");
      if (wasAway) elements().forEach(refresh);
    });
    socket.addEventListener("message", (event) => {
      const { changed } = JSON.parse(event.data);
      if (!changed) return;
      for (const element of elements()) if (groupsOf(element).includes(changed)) refresh(element);
    });
    socket.addEventListener("close", () => {
      socket = null;
      show("polling");
      // Spread out: a thousand pages must not come back in the same instant.
      retryTimer = setTimeout(connect, retry * (0.5 + Math.random()));
      retry = Math.min(retry * 2, LAST_RETRY);
    });
  }

  document.addEventListener("htmx:afterSettle", listen);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (!socket) { retry = FIRST_RETRY; connect(); elements().forEach(refresh); }
    stale.forEach(refresh);
    stale.clear();
  });
  setInterval(() => { if (!isOpen()) elements().forEach(refresh); }, POLL);
  connect();
})();
