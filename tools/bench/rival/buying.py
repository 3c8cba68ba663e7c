"""A guest buys something from oscar, step by step over HTTP, as a browser would."""

import random
from dataclasses import dataclass

from tools.bench import flows
from tools.bench.browser import Answer, Browser
from tools.bench.flows import WentWrong

TOKEN = "a" * 32  # the cookie and the form have to say the same
COOKIE = f"csrftoken={TOKEN}"
ADDRESS = {
    "title": "",
    "first_name": "Yue",
    "last_name": "Lin",
    "line1": flows.ADDRESS["line1"],
    "line2": "",
    "line3": "",
    "line4": flows.ADDRESS["city"],
    "state": flows.ADDRESS["region"],
    "postcode": flows.ADDRESS["postcode"],
    "country": flows.ADDRESS["country"],
    "phone_number": "",
    "notes": "",
}
MOST_HOPS = 6


@dataclass(slots=True)
class Guest:
    """A shopper without an account."""

    browser: Browser
    statements: int = 0
    requests: int = 0

    def buys(self, product: int) -> None:
        """Buy one thing, from the first post to the confirmation. Oscar has no payment of its own.

        Raises:
            WentWrong: a step was not answered as it should.
        """
        who = f"guest{random.randrange(10**9)}@bench.example"  # noqa: S311
        self._post(f"/basket/add/{product}/", {"quantity": 1})
        self._expect(self._note(self.browser.get("/checkout/")), "/checkout/")
        self._post("/checkout/", {"username": who, "options": "anonymous"})
        self._post("/checkout/shipping-address/", ADDRESS)
        thanks = self._post("/checkout/preview/", {"action": "place_order"})
        if "has been placed" not in thanks.text:
            raise WentWrong("Oscar's confirmation does not say that the order has been placed.")

    def _post(self, path: str, form: dict[str, object]) -> Answer:
        """Send a form that leads elsewhere, and return the page to which it leads."""
        answer = self._note(self.browser.post(path, form | {"csrfmiddlewaretoken": TOKEN}))
        if not answer.location:
            raise WentWrong(f"Oscar's {path} answers {answer.status} and leads nowhere.")
        hops = 0
        while answer.location and hops < MOST_HOPS:
            answer = self._note(self.browser.get(answer.location))
            hops += 1
        return self._expect(answer, path)

    def _expect(self, answer: Answer, path: str) -> Answer:
        if answer.status != 200:
            raise WentWrong(f"Oscar's {path} ends with {answer.status}.")
        return answer

    def _note(self, answer: Answer) -> Answer:
        self.statements += answer.statements
        self.requests += 1
        return answer


def buy(shop: str, product: int, *, count: str = "") -> Guest:
    """Return a guest who has bought a product.

    Raises:
        WentWrong: a step was not answered as it should.
    """
    browser = Browser(shop, count=count, cookies={"csrftoken": TOKEN})
    guest = Guest(browser)
    try:
        guest.buys(product)
    finally:
        browser.close()
    return guest
