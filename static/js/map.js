// Maps: the public one with its list, and those of the console. Country outlines work without any tile server.
(() => {
  const box = document.querySelector("[data-map]");
  if (!box) return;
  const TONES = { free: "available", busy: "occupied", down: "faulted" };
  const { map, still, near } = busbarMap(box, { scrollWheelZoom: box.dataset.map === "public" });

  const layer = L.layerGroup().addTo(map);
  const markers = new Map();
  let open = box.dataset.open ?? "";

  // --- What a marker looks like: on the public map by what is free, in the console by the worst status.
  function look(properties) {
    return box.dataset.map === "console" ? lookOfStatus(properties) : lookOfFree(properties);
  }

  function lookOfFree(properties) {
    const free = box.dataset.textFree.replace("%free", properties.free).replace("%total", properties.total);
    if (properties.sites > 1) {
      const size = 30 + Math.min(18, properties.sites);
      return {
        name: `${box.dataset.textSites.replace("%sites", properties.sites)}: ${free}`,
        icon: { html: String(Number(properties.sites)), className: "cluster", iconSize: [size, size] },
      };
    }
    return { name: `${properties.name}: ${free}`, icon: pin(`<span>${Number(properties.free)}</span>`, TONES[properties.state]) };
  }

  // Colour only lets the eye group: each status has its own sign, and trouble its number of stations.
  function lookOfStatus(properties) {
    const sign = `<svg class="icon" aria-hidden="true"><use href="${box.dataset.icons}#${properties.icon}"></use></svg>`;
    // Not as text: what is seen has to stand in the name as it is read, and these are two numbers.
    const broken = properties.broken ? `<b data-count="${Number(properties.broken)}"></b>` : "";
    if (properties.sites === 1) return { name: properties.label, icon: pin(`<span>${sign}</span>${broken}`, properties.tone) };
    const html = `${sign}<span>${Number(properties.sites)}</span>${broken}`;
    return { name: properties.label, icon: { html, className: `cluster is-status tone-${properties.tone}`, iconSize: sized(46, 46) } };
  }

  function pin(html, tone) {
    const [iconSize, iconAnchor, tooltipAnchor] = [sized(28, 28), sized(14, 33), sized(0, -32)];
    return { html, className: `marker tone-${tone}`, iconSize, iconAnchor, tooltipAnchor };
  }

  // Markers grow with the page's text: on a wall they are seen from afar.
  const growth = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const sized = (...lengths) => lengths.map((length) => Math.round(length * growth()));

  function place(feature) {
    const id = String(feature.id);
    const [longitude, latitude] = feature.geometry.coordinates;
    const { name, icon } = look(feature.properties);
    const signature = `${name} ${icon.html} ${icon.className} ${latitude} ${longitude}`;
    const known = markers.get(id);
    if (known?.signature === signature) return;
    if (known) {
      redraw(known.marker.setLatLng([latitude, longitude]), name, icon);
      known.signature = signature;
      return;
    }
    const marker = L.marker([latitude, longitude], { icon: L.divIcon(icon), alt: name, title: "" });
    marker.bindTooltip(document.createTextNode(name), { direction: "top" });
    marker.on("click", () => (feature.properties.sites > 1 ? approach(marker) : choose(id)));
    marker.on("add", () => marker.getElement()?.setAttribute("aria-label", name));
    markers.set(id, { marker, signature });
    layer.addLayer(marker);
  }

  // In place: what changes while the keyboard is on it keeps the keyboard, and its turn.
  function redraw(marker, name, icon) {
    marker.setIcon(L.divIcon(icon));
    marker.setTooltipContent(document.createTextNode(name));
    const element = marker.getElement();
    element.classList.add("leaflet-interactive");
    element.setAttribute("aria-label", name);
  }

  function approach(marker) {
    map.setView(marker.getLatLng(), Math.min(map.getZoom() + 2, map.getMaxZoom()), { animate: !still });
  }

  function choose(id) {
    const card = document.querySelector(`[data-site="${CSS.escape(id)}"]`);
    if (box.dataset.map === "console") { location.href = box.dataset.siteUrl.replace("/0/", `/${id}/`); return; }
    if (card) { card.click(); return; }
    htmx.ajax("GET", box.dataset.siteUrl.replace("/0/", `/${id}/`), { target: "#map-results", swap: "innerHTML" });
    highlight(id);
  }

  function highlight(id, at) {
    open = id;
    const known = markers.get(id)?.marker.getLatLng() ?? at;
    if (!known) return;
    map.setView(known, Math.max(map.getZoom(), near), { animate: !still });
    mark();
  }

  function mark() {
    for (const [id, { marker }] of markers) marker.getElement()?.classList.toggle("is-open", id === open);
  }

  // Where markers are larger, more of them would cover each other.
  const clusterZoom = () => Math.max(0, map.getZoom() - Math.round(Math.log2(growth())));

  // The server puts together what would cover each other: only what is in view is asked for, and little more.
  let asked = 0;
  async function load() {
    const turn = ++asked;
    const around = map.getBounds().pad(0.2);
    const view = loaded ? `?bbox=${around.toBBoxString()}&zoom=${clusterZoom()}` : "";
    // Without an answer the map stays as it is; who is signed out is sent elsewhere.
    const response = await fetch(box.dataset.url + view).catch(() => null);
    if (!response?.ok || response.redirected || turn !== asked) return;
    const { features } = await response.json();
    const ids = new Set(features.map((feature) => String(feature.id)));
    const focused = box.contains(document.activeElement);
    for (const [id, { marker }] of markers) if (!ids.has(id)) { layer.removeLayer(marker); markers.delete(id); }
    features.forEach(place);
    // A cluster that was entered is gone: the keyboard goes on from the map.
    if (focused && !box.contains(document.activeElement)) box.focus({ preventScroll: true });
    if (!loaded) start(features);
    mark();
  }

  let loaded = false;
  function start(features) {
    loaded = true;
    box.dataset.sites = String(features.reduce((sum, feature) => sum + feature.properties.sites, 0));
    const all = L.latLngBounds([...markers.values()].map(({ marker }) => marker.getLatLng()));
    if (!recall() && all.isValid()) map.fitBounds(all.pad(0.15), { maxZoom: 11, animate: false });
    if (open) highlight(open, atOf(document.querySelector("[data-at]")));
    map.on("moveend", () => { remember(); load(); });
    load();
  }

  // Who looks at a site and comes back finds the console's map as it was.
  const VIEW = `map-view ${location.pathname}`;
  function remember() {
    if (box.dataset.map !== "console") return;
    const { lat, lng } = map.getCenter();
    try { sessionStorage.setItem(VIEW, JSON.stringify([lat, lng, map.getZoom()])); } catch { /* Then not. */ }
  }
  function recall() {
    if (box.dataset.map !== "console") return false;
    try {
      const [latitude, longitude, zoom] = JSON.parse(sessionStorage.getItem(VIEW));
      map.setView([latitude, longitude], zoom, { animate: false });
      return true;
    } catch { return false; }
  }

  function atOf(element) {
    return element?.dataset.at ? element.dataset.at.split(",").map(Number) : undefined;
  }

  document.addEventListener("click", (event) => {
    const card = event.target.closest("[data-site]");
    if (card) highlight(card.dataset.site, atOf(card));
    if (event.target.closest("[data-all-sites]")) { open = ""; mark(); }
  });
  load();
  setInterval(() => { if (!document.hidden) load(); }, 30000);
  // Beside a live fragment it is as live, if not as often.
  let due = 0;
  document.addEventListener("busbar:changed", () => {
    due ||= setTimeout(() => { due = 0; if (!document.hidden) load(); }, 3000);
  });
})();
