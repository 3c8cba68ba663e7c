import contextlib
import heapq
import http.client
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox import endpoints, events, sessions
from sandbox.world import Attempt, World

FIRST_WAIT = 0.2
LONGEST_WAIT = 60
MOST_TRIES = 16

_TIMEOUT = 10
_LOOK_EVERY = 0.05
_EXPIRE_EVERY = 1


@dataclass(frozen=True, slots=True, order=True)
class _Parcel:
    due: float
    event: str
    endpoint: str
    number: int = 1


class Courier(threading.Thread):
    """Delivers events to their endpoints, again and again until each was taken.

    Waits double from try to try. What was not taken when the process ended is tried again by the
    next one that reads the same state file. Also expires sessions whose time is up.
    """

    def __init__(self, world: World) -> None:
        """Begin with what the state file says was not delivered."""
        super().__init__(name="sandbox-courier", daemon=True)
        self._world = world
        self._parcels: list[_Parcel] = []
        self._sending = False
        self._stopped = threading.Event()
        for event in world.store.all("event"):
            waiting = world.store.notes(event["id"])["waiting"]
            world.due.extend((event["id"], endpoint) for endpoint in waiting)

    def run(self) -> None:
        """Deliver until stopped."""
        next_look = 0.0
        while not self._stopped.wait(_LOOK_EVERY):
            if time.monotonic() >= next_look:
                self._expire_sessions()
                next_look = time.monotonic() + _EXPIRE_EVERY
            while (parcel := self._next()) and not self._stopped.is_set():
                self._deliver(parcel)

    def stop(self) -> None:
        """End after the delivery under way."""
        self._stopped.set()
        self.join()

    def is_idle(self) -> bool:
        """Tell whether every event was taken, or given up."""
        with self._world.lock:
            return not (self._world.due or self._parcels or self._sending)

    def forget(self) -> None:
        """Drop everything that waits for delivery."""
        with self._world.lock:
            self._world.due.clear()
            self._parcels.clear()

    def _expire_sessions(self) -> None:
        with self._world.lock:
            sessions.expire_due(self._world)
            self._world.store.commit()

    def _next(self) -> _Parcel | None:
        now = time.monotonic()
        with self._world.lock:
            while self._world.due:
                heapq.heappush(self._parcels, _Parcel(now, *self._world.due.popleft()))
            if not self._parcels or self._parcels[0].due > now:
                return None
            self._sending = True
            return heapq.heappop(self._parcels)

    def _deliver(self, parcel: _Parcel) -> None:
        world = self._world
        with world.lock:
            event = world.store.find("event", parcel.event)
            endpoint = world.store.find("webhook_endpoint", parcel.endpoint)
            if event and endpoint:
                body, url = events.encode(event), endpoint["url"]
                proof = events.signature(body, endpoints.secrets_of(world, endpoint))
        status = _post(url, body, proof) if event and endpoint else None
        with world.lock:
            self._sending = False
            if not (event and endpoint):
                return
            attempt = Attempt(event["id"], event["type"], url, parcel.number, status)
            world.attempts.append(attempt)
            if attempt.ok:
                self._mark_delivered(parcel)
            elif parcel.number < MOST_TRIES:
                wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (parcel.number - 1))
                again = _Parcel(
                    time.monotonic() + wait, parcel.event, parcel.endpoint, parcel.number + 1
                )
                heapq.heappush(self._parcels, again)

    def _mark_delivered(self, parcel: _Parcel) -> None:
        store = self._world.store
        event = store.find("event", parcel.event)
        if event and parcel.endpoint in (waiting := store.notes(parcel.event)["waiting"]):
            waiting.remove(parcel.endpoint)
            store.change(event, pending_webhooks=len(waiting))
            store.commit()


def _post(url: str, body: bytes, proof: str) -> int | None:
    """Send one event and return the status, or nothing when nobody answered.

    A redirect is an answer like any other: the provider does not follow it.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": proof,
        "User-Agent": "Stripe/1.0 (sandbox; no money moves)",
    }
    path = parts.path or "/"
    try:
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        with contextlib.suppress(OSError):
            connection.close()
