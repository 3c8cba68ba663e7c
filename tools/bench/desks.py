"""The lists of both desks, as their people see them once they are signed in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from tools.bench import pages, preparing
from tools.bench.choosing import Choice
from tools.bench.load import Request
from tools.bench.rounds import Target
from tools.bench.servers import Server
from tools.bench.words import SEARCH

PRODUCTS, FOUND = "organizers' products", "organizers' products, with words"
STORES, STORES_FOUND = "organizers' stores", "organizers' stores, with words"
OWN, OWN_FOUND = "a store's products", "a store's products, with words"
ORDERS = "a store's orders"
NAMES = (PRODUCTS, FOUND, STORES, STORES_FOUND, OWN, OWN_FOUND, ORDERS)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Cookies of an organizer and of a store's member, and the address of that store."""

    organizer: str
    member: str
    store: str


def sign_in(environment: Mapping[str, str]) -> SignedIn:
    """Sign people in; their sessions last as long as the database.

    Raises:
        NotMeasured: that failed.
    """
    (facts,) = preparing.ask(environment, "sign_in_bench")
    return SignedIn(**facts)


def requests(people: SignedIn, choice: Choice) -> Iterator[tuple[str, list[Request]]]:
    """Yield each list with its request."""
    asked = urlencode({"q": choice.words.front if choice.words else SEARCH})
    stores = urlencode({"q": choice.stores[0].partition("-")[0]})
    for name, path in (
        (PRODUCTS, "desk_products/"),
        (FOUND, f"desk_products/?{asked}"),
        (STORES, "desk_stores/"),
        (STORES_FOUND, f"desk_stores/?{stores}"),
    ):
        yield name, [Request(f"/organize/{path}", cookie=people.organizer)]
    for name, path in (
        (OWN, "products/"),
        (OWN_FOUND, f"products/?{asked}"),
        (ORDERS, "orders/"),
    ):
        yield name, [Request(f"/merchant/{people.store}/{path}", cookie=people.member)]


def targets(shop: Server, people: SignedIn, choice: Choice) -> list[Target]:
    """Return the lists as targets."""
    return [pages.target(*page, shop, count="cold") for page in requests(people, choice)]
