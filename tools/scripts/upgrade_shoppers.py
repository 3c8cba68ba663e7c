"""Shoppers at a steady rate while versions change: one request after the other, none forgiven.

A shopper is a generator: it asks, and yields before each request the stage that has to have come.
So some fill their cart with one version and pay with the next, at five requests a second in all.
"""

import html
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

from tools.bench.browser import Answer, Browser
from tools.bench.drill.notes import LIES
from tools.bench.drill.shoppers import SAID, UNREACHABLE
from tools.bench.flows import ADDRESS, Guest

SLOWEST = 30  # seconds after which a shopper takes an answer for lost
AFTERWARDS = 100  # the stage in which everybody comes to the end
STYLE = re.compile(r'href="(/static/[^"]+\.css)"')
LANGUAGES = ("", "/fr", "/zh-hans", "/ar", "/sw", "/pt")


class Failed(Exception):
    """A request that was not answered as a shopper needs."""


class Once(Browser):
    """A browser that asks once: what it does not get, a shopper did not get."""

    def _ask(self, method: str, address: str, body: str | None) -> Answer:
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        try:
            return self._exchange(method, path, body)
        finally:
            self.close()


@dataclass(slots=True)
class Seen:
    """What all shoppers saw; ``orders`` are links with the stage in which they began."""

    times: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    orders: dict[str, int] = field(default_factory=dict)
    paid: int = 0
    straddled: int = 0


@dataclass(slots=True)
class Street:
    """Sends a request of some shopper every ``1 / rate`` seconds until it is closed."""

    shop: str
    variants: Sequence[int]
    products: Sequence[str]
    rate: float
    seen: Seen = field(default_factory=Seen)
    stage: int = 0
    _closes: threading.Event = field(default_factory=threading.Event)
    _walks: deque[tuple[int, Iterator[int]]] = field(default_factory=deque)
    _numbers: Iterator[int] = field(default_factory=count)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asking: list[threading.Thread] = field(default_factory=list)
    _thread: threading.Thread | None = None

    def open(self) -> None:
        """Begin; requests go out at their times, however long the ones before take."""
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let nobody new come, and let all who are under way come to their end."""
        self.stage = AFTERWARDS
        self._closes.set()
        if self._thread:
            self._thread.join()
        for thread in self._asking:
            thread.join(SLOWEST * 2)

    def _send(self) -> None:
        began = time.monotonic()
        for number in count():
            time.sleep(max(0, began + number / self.rate - time.monotonic()))
            walk = self._next()
            if walk is None:
                if self._closes.is_set() and not any(one.is_alive() for one in self._asking):
                    return
                continue
            thread = threading.Thread(target=self._step, args=(walk,), daemon=True)
            thread.start()
            self._asking = [one for one in self._asking if one.is_alive()] + [thread]

    def _next(self) -> Iterator[int] | None:
        """Return who goes on: whose stage has come, or somebody new."""
        with self._lock:
            for _ in range(len(self._walks)):
                needed, walk = self._walks.popleft()
                if needed <= self.stage:
                    return walk
                self._walks.append((needed, walk))
        return None if self._closes.is_set() else self._walk(next(self._numbers))

    def _step(self, walk: Iterator[int]) -> None:
        try:
            needed = next(walk)
        except StopIteration:
            return
        except (Failed, OSError) as error:
            self.seen.wrong.append(f"stage {self.stage}: {type(error).__name__}: {error}")
            return
        with self._lock:
            self._walks.append((needed, walk))

    def _walk(self, number: int) -> Iterator[int]:
        """Go one shopper's way: every other one buys, the others look around."""
        guest = Guest.arrives(self.shop)
        guest.browser = Once(self.shop, guest.browser.address, patience=SLOWEST)
        language = LANGUAGES[number % len(LANGUAGES)]
        product = self.products[number % len(self.products)]
        page = self._ask(guest.browser, f"{language}/products/{product}/", 200)
        yield 0
        if style := STYLE.search(page.text):
            self._ask(guest.browser, style[1], 200)
            yield 0
        if number % 2:
            for path in (f"{language}/", f"{language}/products/?q=basket", f"{language}/cart/"):
                self._ask(guest.browser, path, 200)
                yield 0
            self.seen.ends["looked around"] += 1
        else:
            yield from self._buy(guest, number // 2)

    def _buy(self, guest: Guest, number: int) -> Iterator[int]:
        # Every third waits with a full cart, before the button, or at the till for the next stage.
        began, stops = self.stage, number % 9 if number % 3 == 0 else -1
        browser = guest.browser
        variant = self.variants[number % len(self.variants)]
        self._ask(browser, "/cart/add/", 303, {"variant": variant, "quantity": 1})
        yield began + (stops == 0)
        token = self._ask(browser, "/checkout/", 200).hidden["csrfmiddlewaretoken"]
        yield 0
        form = ADDRESS | {"email": guest.email, "csrfmiddlewaretoken": token}
        self._ask(browser, "/checkout/", 303, form)
        yield 0
        offer = self._ask(browser, "/checkout/delivery/", 200).hidden
        yield began + (stops == 3)
        till = self._press(browser, offer)
        yield began + (stops == 6)
        back = self._pay(browser, till)
        self.seen.straddled += self.stage != began
        yield 0
        yield from self._look(browser, back, began)

    def _press(self, browser: Browser, offer: Mapping[str, object]) -> str:
        """Press Pay, once more where the page says that the provider is silent; return the till."""
        try:
            return self._ask(browser, "/checkout/delivery/", 303, {**offer, "pay": 1}).location
        except Failed as refusal:
            if UNREACHABLE not in str(refusal):
                raise
        self.seen.ends["pressed Pay again, since the provider was silent"] += 1
        again = self._ask(browser, "/checkout/delivery/", 200).hidden
        return self._ask(browser, "/checkout/delivery/", 303, again | {"pay": 1}).location

    def _pay(self, browser: Browser, till: str) -> str:
        """Pay on the provider's page; return where it leads back."""
        if "/pay/" not in till:
            raise Failed(f"Pay led to {urlsplit(till).path}")
        there = Browser(till.rpartition("/pay/")[0], browser.address)
        back = there.post(till, {"action": "pay"}).location
        there.close()
        if not back:
            raise Failed("the provider did not take the money")
        self.seen.paid += 1
        return back

    def _look(self, browser: Browser, back: str, began: int) -> Iterator[int]:
        """Read the confirmation, and the order again when there is another version.

        The page may say that the money is looked for; afterwards no page may deny it.
        """
        thanked = "Thank you" in html.unescape(self._ask(browser, back, 200).text)
        self.seen.ends["thanked at once" if thanked else "told that the money is looked for"] += 1
        link = "/".join(urlsplit(back).path.split("/")[:4]) + "/"
        self.seen.orders[link] = began
        yield min(self.stage + 1, AFTERWARDS)
        text = html.unescape(self._ask(browser, link, 200).text)
        if lies := [lie for lie in LIES if lie in text]:
            raise Failed(f"the page of a paid order says {lies[0]!r}")
        self.seen.ends["looked at the order again with another version"] += 1

    def _ask(
        self, browser: Browser, path: str, expected: int, form: Mapping[str, object] | None = None
    ) -> Answer:
        began = time.monotonic()
        try:
            answer = browser.get(path) if form is None else browser.post(path, form)
        finally:
            self.seen.times.append(time.monotonic() - began)
        if answer.status != expected:
            found = SAID.search(answer.text)
            words = " ".join(re.sub(r"<[^>]+>", " ", found[1] if found else answer.text).split())
            raise Failed(f"{path.partition('?')[0]} answered {answer.status}: {words[:300]}")
        return answer
