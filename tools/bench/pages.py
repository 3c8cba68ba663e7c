"""Which pages are measured, and what is known of each beside its time."""

from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import parse_qsl

from tools.bench import flows, load, searches
from tools.bench.browser import Browser
from tools.bench.choosing import Choice
from tools.bench.load import Request
from tools.bench.rounds import Target, attempt
from tools.bench.servers import CannotMeasure, NotMeasured, Server
from tools.bench.words import SEARCH

CARTS, LINES = 8, 3
# What anyone can type, or make up; and of searches one kind is enough.
NEVER_KEPT = ("list, half-way down", "list, of a price", *searches.NAMES)
ADDING, CHECKOUT = "first add to the cart", "whole guest checkout"


def limits(hello: Server, django: Server, product: int) -> list[Target]:
    """Return what this machine, Python and Django allow."""
    pages = [
        ("WSGI hello", hello, "/"),
        ("Django, a plain view", django, "/plain"),
        ("one SELECT by key through the ORM", django, f"/one/{product}"),
        ("24 cards, one SELECT", django, "/cards"),
        ("the same, compressed", django, "/compressed"),
        ("the same from local memory", django, "/kept"),
    ]
    return [target(name, [Request(path)], server) for name, server, path in pages]


def shared(shop: Server, choice: Choice, *, count: str) -> list[Target]:
    """Return the pages that are the same for everyone.

    Args:
        count: "cold" where every page is built anew, "warm" where copies are kept.
    """
    found = [page for page in shared_pages(choice) if count == "cold" or page[0] not in NEVER_KEPT]
    return [target(*page, shop, count=count) for page in found]


def counted(shop: Server, choice: Choice) -> list[Target]:
    """Return the pages that count products beside their choices."""
    names = {"list", "list, half-way down", "list, filtered", "store"}
    found = [page for page in shared_pages(choice) if page[0] in names]
    return [target(*page, shop, count="cold") for page in found]


def personal(shop: Server, choice: Choice) -> list[Target]:
    """Return what belongs to one shopper: the cart, adding to it, the whole way to the thanks."""
    name = f"cart with {LINES} products of {LINES} stores"
    return [attempt(name, partial(_cart, name, shop, choice)), *never_kept(shop, choice)]


def never_kept(shop: Server, choice: Choice) -> list[Target]:
    """Return what is made anew for everyone, also in a shop that keeps what it can."""
    return [
        attempt(ADDING, partial(_adding, shop, choice.variants)),
        attempt(CHECKOUT, partial(_checkout, shop, choice.variants)),
    ]


def target(name: str, requests: Sequence[Request], server: Server, *, count: str = "") -> Target:
    """Return a page as a target.

    Args:
        count: "cold" or "warm" to have its statements counted.
    """
    act = partial(load.send, server.url, requests)

    def build() -> Target:
        return Target(name, act, server.pid, facts=_facts(name, server, requests[0], count))

    return attempt(name, build)


def fetch(shop: Server, path: str) -> str:
    """Return the text of a page."""
    browser = Browser(shop.url)
    answer = browser.get(path)
    browser.close()
    if answer.status != 200:
        raise CannotMeasure(f"{path} answers {answer.status}.")
    return answer.text


def shared_pages(choice: Choice) -> Iterator[tuple[str, list[Request]]]:
    """Yield the pages that are the same for everyone, each with its addresses."""
    yield "home", [Request("/")]
    yield "list", [Request("/products/")]
    yield "list, half-way down", [Request(f"/products/?after={choice.middle}")]
    yield "list, filtered", [Request(f"/products/?country={choice.country}&stock=1")]
    yield "list, of a price", [Request("/products/?from=20&to=40")]
    yield "product", [Request(f"/products/{slug}/") for slug in choice.products]
    yield "store", [Request(f"/stores/{slug}/") for slug in choice.stores]
    yield "search", [Request(f"/products/?q={choice.words.front if choice.words else SEARCH}")]
    if choice.words:
        yield from searches.searches(choice.words)


def _facts(name: str, server: Server, request: Request, count: str) -> dict[str, float]:
    """Return what one answer tells of a page: its bytes, and its statements where they count."""
    browser = Browser(server.url, count=count)
    browser.cookies = dict([request.cookie.split("=", 1)]) if request.cookie else {}
    if request.body:
        answer = browser.post(request.path, dict(parse_qsl(request.body)))
    else:
        browser.get(request.path)  # a kept page is kept from here on, in the process that answers
        answer = browser.get(request.path)
    browser.close()
    if answer.status != request.expected:
        raise NotMeasured(f"it answers {answer.status}: {' '.join(answer.text[-200:].split())}")
    facts = {"bytes": len(answer.text.encode()), "sent": answer.sent}
    return facts | ({"statements": answer.statements} if count else {})


def _cart(name: str, shop: Server, choice: Choice) -> Target:
    carts = [Request("/cart/", cookie=cookie) for cookie in _carts(shop, choice.variants)]
    return target(name, carts, shop, count="cold")


def _carts(shop: Server, variants: Sequence[int]) -> Iterator[str]:
    """Yield the cookies of carts that were filled just now."""
    for number in range(CARTS):
        browser = Browser(shop.url)
        for place in range(LINES):
            variant = variants[(number + place) % len(variants)]
            browser.post("/cart/add/", {"variant": variant, "quantity": 1})
        browser.close()
        yield f"cart={browser.cookies['cart']}"


def _adding(shop: Server, variants: Sequence[int]) -> Target:
    requests = [
        Request("/cart/add/", body=f"variant={variant}&quantity=1", expected=flows.SEEN)
        for variant in variants
    ]
    return target(ADDING, requests, shop, count="cold")


def _checkout(shop: Server, variants: Sequence[int]) -> Target:
    flows.buy(shop.url, variants[0])  # the first one also loads what Python has not loaded yet
    guest = flows.buy(shop.url, variants[0], count="cold")
    facts = {"statements": guest.statements, "requests": guest.requests}
    act = partial(flows.buying, shop.url, variants)
    return Target(CHECKOUT, act, shop.pid, is_primed=False, facts=facts)
