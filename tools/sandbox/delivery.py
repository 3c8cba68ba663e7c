import contextlib
import heapq
import http.client
import itertools
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from tools.sandbox import endpoints, events, schedule
from tools.sandbox.world import Attempt, World

FIRST_WAIT = 0.2
LONGEST_WAIT = 60
MOST_TRIES = 16

_TIMEOUT = 10
_LOOK_EVERY = 1


@dataclass(frozen=True, slots=True, order=True)
class _Parcel:
    due: float
    place: int
    event: str
    endpoint: str
    number: int = 1


@dataclass(frozen=True, slots=True)
class _Letter:
    url: str
    body: bytes
    proof: str


class Courier(threading.Thread):
    """Delivers events to their endpoints, again and again until each was taken.

    The wait doubles from try to try. What was not taken when the process ended is tried again by
    the next one that reads the same state file. Also lets happen what is due by the clock.
    """

    def __init__(self, world: World) -> None:
        """Begin with what the state file says was not delivered."""
        super().__init__(name="sandbox-courier", daemon=True)
        self._world = world
        self._parcels: list[_Parcel] = []
        self._places = itertools.count()
        self._sending = False
        self._stopped = False
        self._due_at = 0.0
        for event in [*world.store.all("event"), *world.store.all("v2.core.event")]:
            waiting = world.store.notes(event["id"])["waiting"]
            world.due.extend((event["id"], endpoint) for endpoint in waiting)

    def run(self) -> None:
        """Deliver until stopped."""
        while not self._stopped:
            if parcel := self._next():
                self._deliver(parcel)

    def stop(self) -> None:
        """End after the delivery under way."""
        with self._world.news:
            self._stopped = True
            self._world.news.notify_all()
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

    def _next(self) -> _Parcel | None:
        """Wait for a parcel whose time has come, for a second at most."""
        with self._world.news:
            self._collect()
            if self._wait_for() > 0 and not self._stopped:
                self._world.news.wait(self._wait_for())
                self._collect()
            self._do_due()
            if self._wait_for() > 0 or self._stopped:
                return None
            self._sending = True
            return heapq.heappop(self._parcels)

    def _collect(self) -> None:
        while self._world.due:
            self._send_at(time.monotonic(), *self._world.due.popleft())

    def _wait_for(self) -> float:
        if not self._parcels:
            return _LOOK_EVERY
        return min(_LOOK_EVERY, self._parcels[0].due - time.monotonic())

    def _send_at(self, moment: float, event: str, endpoint: str, number: int = 1) -> None:
        parcel = _Parcel(moment, next(self._places), event, endpoint, number)
        heapq.heappush(self._parcels, parcel)

    def _do_due(self) -> None:
        if time.monotonic() >= self._due_at:
            self._due_at = time.monotonic() + _LOOK_EVERY
            schedule.do_due(self._world)
            self._world.store.commit()

    def _deliver(self, parcel: _Parcel) -> None:
        letter = self._letter(parcel)
        status = _post(letter) if letter else None
        with self._world.lock:
            self._sending = False
            event = events.find(self._world, parcel.event)
            if letter and event:
                attempt = Attempt(event["id"], event["type"], letter.url, parcel.number, status)
                self._record(parcel, attempt)

    def _letter(self, parcel: _Parcel) -> _Letter | None:
        """Return what to send, or nothing when the event or its endpoint is gone or off."""
        world = self._world
        with world.lock:
            event = events.find(world, parcel.event)
            endpoint = endpoints.find(world, parcel.endpoint)
            if not event or not endpoint or endpoint["status"] != "enabled":
                return None
            body = events.encode(event)
            proof = events.signature(body, endpoints.secrets_of(world, endpoint))
            return _Letter(endpoints.address_of(world, endpoint), body, proof)

    def _record(self, parcel: _Parcel, attempt: Attempt) -> None:
        store = self._world.store
        self._world.attempts.append(attempt)
        if attempt.ok:
            waiting = store.notes(parcel.event)["waiting"]
            if parcel.endpoint in waiting:
                waiting.remove(parcel.endpoint)
            event = events.find(self._world, parcel.event)
            if "pending_webhooks" in event:
                event["pending_webhooks"] = len(waiting)
            store.save(event)
            store.commit()
        elif parcel.number < MOST_TRIES:
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (parcel.number - 1))
            moment = time.monotonic() + wait
            self._send_at(moment, parcel.event, parcel.endpoint, parcel.number + 1)


def _post(letter: _Letter) -> int | None:
    """Send one event and return the status, or nothing when nobody answered.

    A redirect is an answer like any other: the provider does not follow it.
    """
    parts = urlsplit(letter.url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": letter.proof,
        "User-Agent": "Stripe/1.0 (sandbox; no money moves)",
    }
    path = f"{parts.path or '/'}?{parts.query}".removesuffix("?")
    try:
        connection.request("POST", path, letter.body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        with contextlib.suppress(OSError):
            connection.close()
