"""A guest buys something, step by step over HTTP, as a browser without script would."""

import random
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from tools.bench.browser import Answer, Browser
from tools.bench.load import CONNECTIONS, Load
from tools.bench.servers import NotMeasured

ADDRESS = {
    "country": "CN",
    "name": "Lin Yue",
    "line1": "88 Renmin Road",
    "line2": "",
    "postcode": "410000",
    "city": "Changsha",
    "region": "Hunan",
    "phone": "138 0000 0000",
}
SEEN = 303
_numbers = count(1)


class WentWrong(NotMeasured):
    """A step was answered in another way than a shopper would need."""


@dataclass(slots=True)
class Guest:
    """A shopper without an account, with an own e-mail and an own network address."""

    browser: Browser
    email: str
    statements: int = 0
    requests: int = 0
    offer: dict[str, str] = field(default_factory=dict)

    @classmethod
    def arrives(cls, shop: str, *, count: str = "") -> "Guest":
        """Return a guest who has not been here before."""
        number = next(_numbers)
        address = f"127.{1 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"
        # The network address and the e-mail may have been used by an earlier run, which is why
        # nobody leaves without having paid.
        email = f"guest{number}-{random.randrange(10**9)}@bench.example"  # noqa: S311
        return cls(Browser(shop, address, count), email)

    def chooses(self, variant: int) -> None:
        """Put something into the cart and walk up to the button that pays. Five requests."""
        self._post("/cart/add/", {"variant": variant, "quantity": 1}, SEEN)
        self._get("/cart/")
        token = self._get("/checkout/").hidden["csrfmiddlewaretoken"]
        form = ADDRESS | {"email": self.email, "csrfmiddlewaretoken": token}
        self._post("/checkout/", form, SEEN)
        self.offer = self._get("/checkout/delivery/").hidden

    def presses_pay(self) -> Answer:
        """Press the button: the answer leads to the payment page, or says why not."""
        return self._note(self.browser.post("/checkout/delivery/", self.offer | {"pay": 1}))

    def pays(self, till: str, *, pause: float = 0) -> None:
        """Pay on the provider's page and, after some seconds, read the confirmation."""
        there = Browser(till.rpartition("/pay/")[0], self.browser.address)
        back = there.post(till, {"action": "pay"}).location
        there.close()
        if not back:
            raise WentWrong("The payment page did not take the money.")
        time.sleep(pause)
        if "Thank you" not in self._get(back).text:
            raise WentWrong("The confirmation does not say thank you.")

    def _get(self, path: str) -> Answer:
        return self._expect(self.browser.get(path), path, 200)

    def _post(self, path: str, form: dict[str, object], status: int) -> Answer:
        return self._expect(self.browser.post(path, form), path, status)

    def _expect(self, answer: Answer, path: str, status: int) -> Answer:
        if answer.status != status:
            raise WentWrong(f"{path} answers {answer.status}: {answer.text[-300:]}")
        return self._note(answer)

    def _note(self, answer: Answer) -> Answer:
        self.statements += answer.statements
        self.requests += 1
        return answer


def buy(shop: str, variant: int, *, count: str = "") -> Guest:
    """Return a guest who has bought one thing, from the first post to the confirmation.

    Raises:
        WentWrong: a step was not answered as it should.
    """
    guest = Guest.arrives(shop, count=count)
    try:
        guest.chooses(variant)
        answer = guest.presses_pay()
        if answer.status != SEEN:
            raise WentWrong(f"Paying was refused with {answer.status}.")
        # When statements are counted, the provider's own message comes first: what it takes to
        # note the payment is then not counted as the shopper's.
        guest.pays(answer.location, pause=1 if count else 0)
    finally:
        guest.browser.close()
    return guest


def buying(shop: str, variants: Sequence[int], seconds: float) -> Load:
    """Let guests buy for some seconds; one purchase counts as one answer."""
    return repeated(lambda turn: buy(shop, variants[turn % len(variants)]), seconds)


def repeated(walk: Callable[[int], object], seconds: float) -> Load:
    """Let four guests at a time walk for some seconds; one way to its end counts as one answer.

    Args:
        walk: one guest's way; it is given a number that counts up.
    """
    began = time.perf_counter()
    times: list[float] = []
    errors: list[str] = []
    turns = count()

    def walk_on() -> None:
        while (at := time.perf_counter()) < began + seconds:
            try:
                walk(next(turns))
            except (WentWrong, OSError) as problem:
                errors.append(str(problem))
            else:
                times.append(time.perf_counter() - at)

    threads = [threading.Thread(target=walk_on, daemon=True) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors and not times:
        raise WentWrong(errors[0])
    took = time.perf_counter() - began
    return Load(len(times), took, statistics.median(times) * 1e3, len(errors))
