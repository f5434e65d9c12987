// Inspections without a connection: their page and what it is made of. Nothing else of the console is kept or touched.
const CACHE = "inspections-1";
const PAGE = new URL("at/", self.registration.scope).pathname;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const urls = event.data && event.data.keep;
  if (!Array.isArray(urls)) return;
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await Promise.all(urls.filter((url) => isOurs(new URL(url))).map(async (url) => {
      const answer = await fetch(url, { credentials: "same-origin" });
      // Who was sent elsewhere has to sign in: that page is not ours to keep.
      if (answer.ok && !answer.redirected) await cache.put(url, answer);
    }));
    event.source.postMessage("kept");
  })());
});

function isOurs(url) {
  return url.origin === self.location.origin && (url.pathname.startsWith(PAGE) || url.pathname.startsWith("/static/"));
}

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || !isOurs(new URL(event.request.url))) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    try {
      const answer = await fetch(event.request);
      if (answer.ok && !answer.redirected && answer.type === "basic" && (await cache.match(event.request))) await cache.put(event.request, answer.clone());
      return answer;
    } catch (error) {
      const kept = await cache.match(event.request, { ignoreVary: true });
      if (kept) return kept;
      throw error;
    }
  })());
});
