// Keeps the page of one door, with what it is drawn with, for when there is no line. The page that
// registers it says in which cache; pages of the desk drop that cache a day after the date's end.
const path = new URL(self.registration.scope).pathname;
const KEPT = "door:" + path;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = url.pathname === path;
  if (isPage || ["script", "style", "font", "image"].includes(event.request.destination)) {
    event.respondWith(answer(event.request, isPage ? path : url.pathname, !isPage || !url.search));
  }
});

const isRefusal = (fresh) =>
  fresh.redirected || fresh.type === "opaqueredirect" || [401, 403, 404].includes(fresh.status);

// A list that somebody has shortened is shown, and not kept.
async function answer(request, key, isKept) {
  const kept = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected && isKept) await kept.put(key, fresh.clone());
    // Who may see the list no more keeps none; who was signed out is led away from it.
    else if (key === path && isRefusal(fresh)) await kept.delete(key);
    return fresh;
  } catch (away) {
    const last = await kept.match(key);
    if (last) return last;
    throw away;
  }
}
