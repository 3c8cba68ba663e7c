// What a telephone keeps of the doors of dates. For each person and door: when it is to be forgotten,
// what waits to be sent, which names nobody, and how far the clock is from the shop's. The pages
// themselves, with the names, lie in a cache for each language. Every page of the desk forgets what
// is over; signing out forgets all but what waits, which the same person sends when back. So does
// the page to sign in: whoever reads that was signed out elsewhere, or the session is over.
const KEPT = "door:";
const LATE = 6 * 86_400_000; // milliseconds after a list is forgotten in which it is sent yet

const doorKept = {
  // One door in whatever language it is read.
  plain: (path) => path.replace(/^\/[a-z]{2}(-[a-z]+)?(?=\/merchant\/)/, ""),
  name: (person, path) => `${KEPT}${person}:${doorKept.plain(path)}`,
  read: (name) =>
    JSON.parse(localStorage.getItem(name) ?? "null") ?? { wipe: "", queue: [], skew: 0 },
  write: (name, kept) => localStorage.setItem(name, JSON.stringify(kept)),
  names: () => Object.keys(localStorage).filter((name) => name.startsWith(KEPT)),

  async forget(name) {
    const { wipe, queue, skew } = doorKept.read(name);
    const isLate = Date.parse(wipe) + LATE < Date.now() + skew;
    if (!queue.length || isLate) localStorage.removeItem(name);
    const door = name.slice(name.indexOf("/"));
    for (const cache of await caches.keys()) {
      if (doorKept.plain(cache.slice(KEPT.length)) === door) await caches.delete(cache);
    }
    for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
      if (doorKept.plain(new URL(worker.scope).pathname) === door) await worker.unregister();
    }
  },

  // All lists, also those that nothing else is kept of.
  async empty() {
    for (const cache of await caches.keys()) if (cache.startsWith(KEPT)) await caches.delete(cache);
  },
};

{
  for (const name of doorKept.names()) {
    const { wipe, skew } = doorKept.read(name);
    if (Date.parse(wipe) < Date.now() + skew) doorKept.forget(name);
  }
  const all = () => Promise.allSettled([...doorKept.names().map(doorKept.forget), doorKept.empty()]);
  if (document.querySelector("[data-signed-out]")) all();
  const leaving = document.querySelector("[data-forget-doors] ~ form");
  leaving?.addEventListener("submit", async (event) => {
    event.preventDefault();
    await all();
    leaving.submit();
  });
}
