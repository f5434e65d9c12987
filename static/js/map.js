// Maps: the public one with its list, and the small ones of the console. Country outlines work without any tile server.
(() => {
  const box = document.querySelector("[data-map]");
  if (!box) return;
  const TONES = { free: "available", busy: "occupied", down: "faulted" };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    zoomControl: false, minZoom: 2, maxZoom: 18, worldCopyJump: true, zoomAnimation: !still, fadeAnimation: !still,
    scrollWheelZoom: box.dataset.map === "public",
  });
  L.control.zoom({ position: "bottomright", zoomInTitle: box.dataset.textIn, zoomOutTitle: box.dataset.textOut }).addTo(map);
  map.attributionControl.setPrefix(false);
  map.setView([51, 10], 4);

  async function base() {
    if (box.dataset.tiles) {
      L.tileLayer(box.dataset.tiles, { attribution: box.dataset.textTiles }).addTo(map);
      return;
    }
    const topology = await (await fetch(box.dataset.countries)).json();
    const countries = topojson.feature(topology, topology.objects.countries);
    // Below the markers, never in the way of a pointer.
    L.geoJSON(countries, { interactive: false, className: "country", pane: "tilePane", attribution: "Natural Earth" }).addTo(map);
    box.dataset.ready = "true";
  }

  const layer = L.layerGroup().addTo(map);
  const markers = new Map();
  let open = box.dataset.open ?? "";

  function iconOf(properties) {
    if (properties.sites > 1) {
      const size = 30 + Math.min(18, properties.sites);
      return L.divIcon({ html: String(Number(properties.sites)), className: "cluster", iconSize: [size, size] });
    }
    return L.divIcon({
      html: `<span>${Number(properties.free)}</span>`,
      className: `marker tone-${TONES[properties.state]}`,
      iconSize: [28, 28], iconAnchor: [14, 33], tooltipAnchor: [0, -32],
    });
  }

  function place(feature) {
    const id = String(feature.id);
    const [longitude, latitude] = feature.geometry.coordinates;
    const properties = feature.properties;
    const many = properties.sites > 1;
    const free = box.dataset.textFree.replace("%free", properties.free).replace("%total", properties.total);
    const name = `${many ? box.dataset.textSites.replace("%sites", properties.sites) : properties.name}: ${free}`;
    const signature = `${name} ${properties.state} ${latitude} ${longitude}`;
    const known = markers.get(id);
    if (known?.signature === signature) return;
    // What changes while the keyboard is on it keeps the keyboard.
    const focused = known?.marker.getElement() === document.activeElement;
    if (known) layer.removeLayer(known.marker);
    const marker = L.marker([latitude, longitude], { icon: iconOf(properties), alt: name, title: "" });
    marker.bindTooltip(document.createTextNode(name), { direction: "top" });
    marker.on("click", () => (many ? approach(marker) : choose(id)));
    marker.on("add", () => marker.getElement()?.setAttribute("aria-label", name));
    markers.set(id, { marker, signature });
    layer.addLayer(marker);
    if (focused) marker.getElement().focus();
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
    // Outlines alone show nothing from near.
    const near = box.dataset.tiles ? 14 : 7;
    map.setView(known, Math.max(map.getZoom(), near), { animate: !still });
    mark();
  }

  function mark() {
    for (const [id, { marker }] of markers) marker.getElement()?.classList.toggle("is-open", id === open);
  }

  // The server puts together what would cover each other: only what is in view is asked for, and little more.
  let asked = 0;
  async function load() {
    const turn = ++asked;
    const around = map.getBounds().pad(0.2);
    const view = loaded ? `?bbox=${around.toBBoxString()}&zoom=${map.getZoom()}` : "";
    const response = await fetch(box.dataset.url + view);
    if (!response.ok || turn !== asked) return;
    const { features } = await response.json();
    const ids = new Set(features.map((feature) => String(feature.id)));
    for (const [id, { marker }] of markers) if (!ids.has(id)) { layer.removeLayer(marker); markers.delete(id); }
    features.forEach(place);
    if (!loaded) start(features);
    mark();
  }

  let loaded = false;
  function start(features) {
    loaded = true;
    box.dataset.sites = String(features.reduce((sum, feature) => sum + feature.properties.sites, 0));
    const all = L.latLngBounds([...markers.values()].map(({ marker }) => marker.getLatLng()));
    if (all.isValid()) map.fitBounds(all.pad(0.15), { maxZoom: 11, animate: false });
    if (open) highlight(open, atOf(document.querySelector("[data-at]")));
    map.on("moveend", load);
    load();
  }

  function atOf(element) {
    return element?.dataset.at ? element.dataset.at.split(",").map(Number) : undefined;
  }

  document.addEventListener("click", (event) => {
    const card = event.target.closest("[data-site]");
    if (card) highlight(card.dataset.site, atOf(card));
    if (event.target.closest("[data-all-sites]")) { open = ""; mark(); }
  });
  base();
  load();
  setInterval(() => { if (!document.hidden) load(); }, 30000);
})();
