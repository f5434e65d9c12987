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

  const cluster = L.markerClusterGroup({
    showCoverageOnHover: false, maxClusterRadius: 46, animate: !still,
    iconCreateFunction: (group) => {
      const size = 30 + Math.min(18, group.getChildCount());
      return L.divIcon({ html: String(group.getChildCount()), className: "cluster", iconSize: [size, size] });
    },
  });
  map.addLayer(cluster);
  // Markers are made anew whenever they come out of a cluster.
  map.on("moveend zoomend", () => requestAnimationFrame(mark));
  const markers = new Map();
  let open = box.dataset.open ?? "";

  function iconOf(properties) {
    return L.divIcon({
      html: `<span>${Number(properties.free)}</span>`,
      className: `marker tone-${TONES[properties.state]}`,
      iconSize: [28, 28], iconAnchor: [14, 33], tooltipAnchor: [0, -32],
    });
  }

  function place(feature) {
    const [longitude, latitude] = feature.geometry.coordinates;
    const properties = feature.properties;
    const name = `${properties.name}: ${box.dataset.textFree.replace("%free", properties.free).replace("%total", properties.total)}`;
    const signature = `${properties.state} ${properties.free} ${properties.total} ${latitude} ${longitude}`;
    const known = markers.get(String(feature.id));
    if (known?.signature === signature) return;
    if (known) cluster.removeLayer(known.marker);
    const marker = L.marker([latitude, longitude], { icon: iconOf(properties), alt: name, title: "" });
    marker.bindTooltip(document.createTextNode(name), { direction: "top" });
    marker.on("click", () => choose(String(feature.id)));
    marker.on("add", () => marker.getElement()?.setAttribute("aria-label", name));
    markers.set(String(feature.id), { marker, signature });
    cluster.addLayer(marker);
  }

  function choose(id) {
    const card = document.querySelector(`[data-site="${CSS.escape(id)}"]`);
    if (box.dataset.map === "console") { location.href = box.dataset.siteUrl.replace("/0/", `/${id}/`); return; }
    if (card) { card.click(); return; }
    htmx.ajax("GET", box.dataset.siteUrl.replace("/0/", `/${id}/`), { target: "#map-results", swap: "innerHTML" });
    highlight(id);
  }

  function highlight(id) {
    open = id;
    const found = markers.get(id);
    if (!found) return;
    // Outlines alone show nothing from near.
    const near = box.dataset.tiles ? 14 : 7;
    map.setView(found.marker.getLatLng(), Math.max(map.getZoom(), near), { animate: !still });
    mark();
  }

  function mark() {
    for (const [id, { marker }] of markers) marker.getElement()?.classList.toggle("is-open", id === open);
  }

  async function load() {
    const response = await fetch(box.dataset.url);
    if (!response.ok) return;
    const { features } = await response.json();
    const first = !markers.size;
    const ids = new Set(features.map((feature) => String(feature.id)));
    for (const [id, { marker }] of markers) if (!ids.has(id)) { cluster.removeLayer(marker); markers.delete(id); }
    features.forEach(place);
    box.dataset.sites = String(features.length);
    if (first && features.length) map.fitBounds(cluster.getBounds().pad(0.15), { maxZoom: 11, animate: false });
    if (first && open) highlight(open);
    mark();
  }

  document.addEventListener("click", (event) => {
    const card = event.target.closest("[data-site]");
    if (card) highlight(card.dataset.site);
    if (event.target.closest("[data-all-sites]")) { open = ""; mark(); }
  });
  base();
  load();
  setInterval(() => { if (!document.hidden) load(); }, 30000);
})();
