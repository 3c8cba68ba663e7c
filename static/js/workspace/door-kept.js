// What a telephone keeps of the doors of dates: when each is to be forgotten, and what waits to be
// sent, which names nobody, and how far its clock is from the shop's. Every page of the desk forgets what is over; signing out forgets all.
const KEPT = "door:";

const doorKept = {
  read: (path) => JSON.parse(localStorage.getItem(KEPT + path) ?? "null") ?? { wipe: "", queue: [], skew: 0 },
  write: (path, kept) => localStorage.setItem(KEPT + path, JSON.stringify(kept)),
  async forget(path) {
    const kept = doorKept.read(path);
    if (kept.queue.length && Date.parse(kept.wipe) + 6 * 86_400_000 > Date.now() + kept.skew) {
      doorKept.write(path, kept); // the names go, what was done is sent yet
    } else localStorage.removeItem(KEPT + path);
    await caches.delete(KEPT + path);
    const worker = await navigator.serviceWorker.getRegistration(path);
    if (worker && new URL(worker.scope).pathname === path) await worker.unregister();
  },
};

{
  const isLeaving = document.querySelector("[data-forget-doors]");
  const paths = Object.keys(localStorage).filter((key) => key.startsWith(KEPT));
  for (const path of paths.map((key) => key.slice(KEPT.length))) {
    const { wipe, skew } = doorKept.read(path);
    if (isLeaving || Date.parse(wipe) < Date.now() + skew) doorKept.forget(path);
  }
}
