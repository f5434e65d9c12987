// What all maps share: controls, country outlines that work without any tile server, or the tiles of one.
window.busbarMap = (box, options = {}) => {
  // From here on outlines are fine ones; alone they show nothing from nearer.
  const NEAR = 7;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    zoomControl: false, minZoom: 2, maxZoom: 18, worldCopyJump: true, zoomAnimation: !still, fadeAnimation: !still, ...options,
  });
  L.control.zoom({ position: "bottomright", zoomInTitle: box.dataset.textIn, zoomOutTitle: box.dataset.textOut }).addTo(map);
  map.attributionControl.setPrefix(false);
  map.setView([51, 10], 4);

  async function base() {
    if (box.dataset.tiles) {
      L.tileLayer(box.dataset.tiles, { attribution: box.dataset.textTiles }).addTo(map);
      return;
    }
    // Below the markers, never in the way of a pointer.
    const look = { interactive: false, className: "country", pane: "tilePane", attribution: "Natural Earth" };
    const outlines = async (address) => {
      const topology = await (await fetch(address)).json();
      return L.geoJSON(topojson.feature(topology, topology.objects.countries), look);
    };
    const far = (await outlines(box.dataset.countries)).addTo(map);
    // Finer coasts weigh five times as much: only who comes near fetches them.
    const refine = async () => {
      if (map.getZoom() < NEAR) return;
      map.off("zoomend", refine);
      (await outlines(box.dataset.countriesNear)).addTo(map);
      far.remove();
    };
    map.on("zoomend", refine);
    await refine();
    box.dataset.ready = "true";
  }

  base();
  return { map, still, near: box.dataset.tiles ? 14 : NEAR };
};
