"""Look all the time whether the shop answers: a page, a form that writes, a picture."""

import http.client
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlencode, urlsplit

EVERY = 0.25  # seconds between two looks
PATIENCE = 10


@dataclass(frozen=True, slots=True)
class Look:
    """One look: what at, when it began and ended, and whether it was answered as it should be."""

    what: str
    began: float
    ended: float
    is_well: bool


@dataclass(slots=True)
class Probes:
    """Three who look, each at its own thing, until told to end."""

    shop: str
    variant: int
    looks: list[Look] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Begin to look."""
        form = urlencode({"variant": self.variant, "quantity": 1})
        for number, (what, *asked) in enumerate((
            ("page", "GET", "/products/", None, 200),
            ("form", "POST", "/cart/add/", form, 303),
            ("picture", "GET", "/media/sizes/one.jpg", None, 200),
        )):  # fmt: skip
            address = f"127.210.0.{number + 1}"
            act = threading.Thread(target=self._look, args=(what, address, *asked), daemon=True)
            act.start()
            self._threads.append(act)

    def end(self) -> None:
        """End looking."""
        self._ended.set()
        for thread in self._threads:
            thread.join(PATIENCE + 5)

    def away(self, what: str, since: float, until: float) -> float:
        """Return the longest time between two answers that were as they should be.

        Args:
            since, until: seconds since 1970; a silence counts that has its beginning in between.
        """
        good = sorted(look.ended for look in self.looks if look.what == what and look.is_well)
        gaps = [
            later - before
            for before, later in pairwise(good)
            if since - 2 * EVERY <= before < until - 2 * EVERY
        ]
        return max(gaps, default=0.0)

    def failed_since(self, moment: float) -> int:
        """Return how many looks failed that began after a moment."""
        return sum(look.began >= moment and not look.is_well for look in self.looks)

    def failed(self) -> dict[str, tuple[int, int]]:
        """Return for each thing how many looks failed, and how many there were."""
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for look in self.looks:
            counts[look.what][0] += not look.is_well
            counts[look.what][1] += 1
        return {what: (failed, every) for what, (failed, every) in counts.items()}

    def _look(self, what: str, address: str, method: str, path: str, body: str, well: int) -> None:
        while not self._ended.wait(EVERY):
            began = time.time()
            status = self._asks(address, method, path, body)
            self.looks.append(Look(what, began, time.time(), status == well))

    def _asks(self, address: str, method: str, path: str, body: str | None) -> int:
        line = http.client.HTTPConnection(
            urlsplit(self.shop).netloc, timeout=PATIENCE, source_address=(address, 0)
        )
        headers = {"Sec-Fetch-Site": "same-origin"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            line.request(method, path, body, headers)
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()
