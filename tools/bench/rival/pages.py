"""The pages of oscar that are measured, under the names of ours."""

from contextlib import suppress
from functools import partial

from tools.bench import flows, pages
from tools.bench.choosing import Choice
from tools.bench.load import Request
from tools.bench.rival import buying
from tools.bench.rival.buying import COOKIE, TOKEN
from tools.bench.rival.lending import Rival
from tools.bench.rounds import Target
from tools.bench.servers import CannotMeasure
from tools.bench.words import SEARCH

CARDS = 24
CARD = 'class="product_pod"'
BY_STATEMENT = "list, without its search engine"
WARMING = 2  # seconds
BOUGHT = 20  # products that take turns, as many as ours


def targets(rival: Rival, choice: Choice) -> list[tuple[str, Target]]:
    """Return what is measured of oscar, each with the name of the page of ours beside it.

    All that oscar keeps is kept from here on.

    Raises:
        CannotMeasure: it shows too little, or answers wrongly.
    """
    shop, search = rival.shop, f"/search/?q={SEARCH}"
    for server, path in (
        (shop, "/catalogue/"),
        (shop, search),
        (rival.by_statement, "/catalogue/"),
    ):
        cards = pages.fetch(server, path).count(CARD)
        if cards != CARDS:
            raise CannotMeasure(
                f"{path} of django-oscar shows {cards} products: try without --keep."
            )
    products = [f"/catalogue/{slug}_{rival.products[slug]}/" for slug in choice.products]
    bought = list(rival.products.values())[:BOUGHT]
    form = f"csrfmiddlewaretoken={TOKEN}&quantity=1"
    adding = [
        Request(f"/basket/add/{product}/", body=form, cookie=COOKIE, expected=302)
        for product in bought
    ]
    build = partial(pages.target, count="cold")
    found = [
        build("list", [Request("/catalogue/")], shop),
        build(BY_STATEMENT, [Request("/catalogue/")], rival.by_statement),
        build("product", [Request(path) for path in products], shop),
        build("search", [Request(search)], shop),
        build(pages.ADDING, adding, shop),
        _checkout(rival, bought),
    ]
    for target in found:
        with suppress(Exception):  # its turns will say why
            target.act(WARMING)
    return [("list" if target.name == BY_STATEMENT else target.name, target) for target in found]


def _checkout(rival: Rival, products: list[int]) -> Target:
    shop = rival.shop
    buying.buy(shop.url, products[0])
    guest = buying.buy(shop.url, products[0], count="cold")
    facts = {"statements": guest.statements, "requests": guest.requests}
    act = partial(flows.repeated, lambda turn: buying.buy(shop.url, products[turn % len(products)]))
    return Target(pages.CHECKOUT, act, shop.pid, is_primed=False, facts=facts)
