"""Shoppers who buy one thing each, in the ways in which people do, and do not give up at once."""

import html
import re
import time
from urllib.parse import urlsplit

from tools.bench.browser import Answer, Browser
from tools.bench.drill.notes import Bought, Notes
from tools.bench.drill.visiting import BROKEN, PAUSE, GaveUp, Visitor
from tools.bench.flows import ADDRESS, SEEN, Guest

REFUSED, GONE = 409, 410
UNREACHABLE = "cannot be reached"
CHANGED = "look at the new total"
SAID = re.compile(r'class="note bad"[^>]*>.*?<p>(.*?)</p>', re.DOTALL)
BACK = re.compile(r'href="([^"]*[?&](?:amp;)?s=cs_[^"]*)"')
WAYS = (
    "gives up", "stays away", "looks back", "stops", "presses twice",
    "buys", "buys", "buys", "buys", "buys",
)  # fmt: skip


class Shopper:
    """One shopper; ``number`` decides on the way and on what is bought."""

    def __init__(self, number: int, shop: str, variants: list[int], notes: Notes) -> None:
        guest = Guest.arrives(shop)
        self._email = guest.email
        self._address = guest.browser.address
        self._shop = Visitor(guest.browser, notes)
        self._way = WAYS[number % len(WAYS)]
        self._variant = variants[number * 7 % len(variants)]
        self._notes = notes

    def goes(self) -> None:
        """Go the whole way, and note how it ended."""
        try:
            self._notes.ended(self._walk())
        except GaveUp as reason:
            self._notes.ended(f"gave up at {reason}")
        except Exception as error:  # noqa: BLE001 (a fault of the drill is to be seen)
            self._notes.wrong.append(f"a shopper failed: {type(error).__name__}: {error}")
        finally:
            self._shop.leaves()

    def _walk(self) -> str:
        if not self._chooses():
            return "refused in the cart"
        till = self._presses()
        if till and self._way == "presses twice":
            till = self._presses()
        if not till:
            return "refused at Pay"
        return self._at_the_till(till)

    def _chooses(self) -> bool:
        """Fill the cart and say where to send it; False if the shop does not let it."""
        wanted = {"variant": self._variant, "quantity": 1}
        if self._shop.insists("/cart/add/", wanted).status != SEEN:
            return False
        page = self._shop.insists("/checkout/")
        if "csrfmiddlewaretoken" not in page.hidden:
            return False
        form = ADDRESS | {
            "email": self._email,
            "csrfmiddlewaretoken": page.hidden["csrfmiddlewaretoken"],
        }
        return self._shop.insists("/checkout/", form).status == SEEN

    def _presses(self) -> str:
        """Press Pay at what the page shows; return where it leads, empty if it is refused."""
        while self._shop.is_patient:
            offer = self._shop.insists("/checkout/delivery/").hidden
            if "digest" not in offer:
                self._notes.refused("no button")
                return ""
            began = time.perf_counter()
            answer = self._shop.asks("/checkout/delivery/", offer | {"pay": 1})
            if answer and answer.status == SEEN:
                self._notes.presses.append(time.perf_counter() - began)
                return answer.location
            if answer and answer.status < BROKEN and not self._may_go_on(answer):
                return ""
            time.sleep(PAUSE)
        raise GaveUp("Pay")

    def _may_go_on(self, answer: Answer) -> bool:
        """Tell whether it is worth pressing again, by what the page says."""
        text = html.unescape(answer.text)
        if CHANGED in text:
            self._notes.refused("the price changed")
            return True
        if UNREACHABLE in text:
            self._notes.refused("the payment page cannot be reached")
            return True
        found = SAID.search(text)
        said = re.sub(r"<[^>]*>", " ", found[1]) if found else ""
        self._notes.refused(f"{answer.status} {' '.join(said.split())[:90]}")
        return False

    def _at_the_till(self, till: str) -> str:
        if "/pay/" not in till:
            return f"led to {urlsplit(till).path.split('/')[1]}"
        there = Visitor(Browser(till.rpartition("/pay/")[0], self._address), None)
        try:
            return self._decides(there, till)
        finally:
            there.leaves()

    def _decides(self, there: Visitor, till: str) -> str:
        if self._way == "gives up":
            return "went without paying"
        if self._way in ("looks back", "stops"):
            order = self._leaves_till(there, till)
            if self._way == "stops":
                return self._stops(order)
        back = self._pays(there, till)
        if not back:
            return "came too late to pay"
        return self._returns(back)

    def _leaves_till(self, there: Visitor, till: str) -> Bought:
        """Go back to the shop by the till's own button and read what it says."""
        address = there.insists(till, {"action": "cancel"}).location
        if not address:
            raise GaveUp("the till")
        bought = self._notes.knows(_order_of(address))
        self._reads(address, bought)
        return bought

    def _stops(self, bought: Bought) -> str:
        token = self._shop.insists(f"{bought.address}cancel/").hidden.get("csrfmiddlewaretoken")
        form = {"csrfmiddlewaretoken": token or ""}
        answer = self._shop.insists(f"{bought.address}cancel/", form)
        return "stopped the payment" if answer.status == SEEN else "was not let stop it"

    def _pays(self, there: Visitor, till: str) -> str:
        """Pay on the provider's page; return where it leads back, empty if it was closed."""
        while there.is_patient:
            began = time.time()
            answer = there.asks(till, {"action": "pay"})
            if answer and answer.status in (SEEN, GONE):
                return self._paid(till, answer)
            time.sleep(max(0, PAUSE - (time.time() - began)))
        raise GaveUp("the till")

    def _paid(self, till: str, answer: Answer) -> str:
        found = BACK.search(answer.text)
        back = answer.location or (html.unescape(found[1]) if found else "")
        if back:
            session, now = till.rpartition("/")[2], time.time()
            self._notes.paid.setdefault(session, now)
            self._notes.knows(_order_of(back)).paid_at = now
        return back

    def _returns(self, back: str) -> str:
        if self._way == "stays away":
            return "paid and did not come back"
        bought = self._notes.knows(_order_of(back))
        text = self._reads(back, bought).text
        return "paid and thanked" if "Thank you" in text else "paid and told to wait"

    def _reads(self, address: str, bought: Bought) -> Answer:
        parts = urlsplit(address)
        while self._shop.is_patient:
            asked = time.time()
            answer = self._shop.asks(f"{parts.path}?{parts.query}")
            if answer:
                self._notes.looked(bought, answer, asked)
                if answer.status < BROKEN:
                    return answer
            time.sleep(PAUSE)
        raise GaveUp("the order's page")


def _order_of(address: str) -> str:
    """Return the path of an order's page from that of one below it."""
    return "/".join(urlsplit(address).path.split("/")[:4]) + "/"
