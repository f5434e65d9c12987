// The map of one site: where it is, or where somebody says that it is.
(() => {
  const box = document.querySelector("[data-map]");
  if (!box) return;
  const isPick = box.dataset.map === "pick";
  const { map, near } = busbarMap(box, { scrollWheelZoom: isPick });
  let marker = null;

  function show(latitude, longitude, isNear) {
    const icon = L.divIcon({ html: "<span></span>", className: "marker tone-available", iconSize: [28, 28], iconAnchor: [14, 33] });
    if (!marker) marker = L.marker([latitude, longitude], { icon, keyboard: false, interactive: false, alt: box.dataset.textPlace }).addTo(map);
    marker.setLatLng([latitude, longitude]);
    map.setView([latitude, longitude], isNear ? near - 1 : map.getZoom(), { animate: false });
    box.dataset.sites = "1";
  }

  if (!isPick) {
    const [latitude, longitude] = box.dataset.at.split(",").map(Number);
    show(latitude, longitude, true);
    return;
  }

  const inputs = ["latitude", "longitude"].map((name) => document.querySelector(`[data-${name}]`));
  const typed = () => inputs.map((input) => (input.value === "" ? NaN : Number(input.value)));

  function follow(isNear) {
    const [latitude, longitude] = typed();
    if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) show(latitude, longitude, isNear);
  }

  function choose(latitude, longitude, isNear) {
    inputs[0].value = latitude.toFixed(6);
    inputs[1].value = longitude.toFixed(6);
    show(latitude, longitude, isNear);
  }

  box.dataset.sites = "0";
  follow(true);
  for (const input of inputs) input.addEventListener("change", () => follow(true));
  map.on("click", ({ latlng }) => { const at = latlng.wrap(); choose(at.lat, at.lng, false); });

  const locate = document.querySelector("[data-locate]");
  if (!navigator.geolocation || !window.isSecureContext) return;
  locate.hidden = false;
  locate.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
    ({ coords }) => choose(coords.latitude, coords.longitude, true),
    () => document.dispatchEvent(new CustomEvent("busbar:done", { detail: { message: box.dataset.textHere } })),
    { enableHighAccuracy: true, timeout: 15000 },
  ));
})();
