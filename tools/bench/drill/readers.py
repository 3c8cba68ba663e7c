"""Readers who look at pages without a pause, those of orders among them."""

import threading
import time

from tools.bench.browser import Browser
from tools.bench.drill.notes import Notes, Sight
from tools.bench.drill.visiting import Visitor

PAGES = ("/", "/products/", "/fr/products/", "/stores/")
PAUSE = 0.15


class Reader:
    """Somebody who reads until told to end.

    Args:
        prices: by the product's slug, the price of its deal as its page tells it to machines.
    """

    def __init__(self, number: int, shop: str, prices: dict[str, str], notes: Notes) -> None:
        self._visitor = Visitor(Browser(shop, f"127.200.0.{number + 1}"), notes)
        self._prices, self._notes = prices, notes
        self._slugs = [*prices][number::2]

    def reads(self, ended: threading.Event) -> None:
        """Read a page, a product and an order in turn."""
        turn = 0
        while not ended.wait(PAUSE):
            turn += 1
            if turn % 3 == 0:
                self._visitor.asks(PAGES[turn // 3 % len(PAGES)])
            elif turn % 3 == 1:
                self._looks_at_product(self._slugs[turn // 3 % len(self._slugs)])
            else:
                self._looks_at_order()
        self._visitor.leaves()

    def _looks_at_product(self, slug: str) -> None:
        asked = time.time()
        answer = self._visitor.asks(f"/products/{slug}/")
        if answer and answer.status == 200:
            has_deal = f'"price": "{self._prices[slug]}"' in answer.text
            self._notes.sights.append(Sight(slug, has_deal, asked, time.time()))

    def _looks_at_order(self) -> None:
        bought = self._notes.some_order()
        if bought is None:
            return
        asked = time.time()
        answer = self._visitor.asks(bought.address)
        if answer:
            self._notes.looked(bought, answer, asked)
