"""Between what people wrote stand the commas, colons and stops of the page's language."""

import html
import re

import pytest

from shop.orders.ship import ship
from tests import make
from tests.make import NOON
from tests.shop.checkout.steps import buy, link

pytestmark = pytest.mark.django_db

# What no page of a language shows: Latin marks between its signs, or without their blank.
WRONG = {
    "fr": r"[\w»)](?<!\bhttp)(?<!\bhttps)[:;!?](?=\s|$)",
    "zh-hans": r"[\u4e00-\u9fff][,.:;](?=\s|[\u4e00-\u9fff]|$)|[,.:;]\s*[\u4e00-\u9fff]",
    "ar": r"[\u0600-\u06ff][,;](?=\s|$)",
}
TITLES = {"fr": "Bouilloire", "zh-hans": "水壶", "ar": "غلاية"}
PLACES = {"fr": "Lagos", "zh-hans": "拉各斯", "ar": "لاغوس"}


def text_of(answer) -> str:
    """Return what is read of a page, with the blanks that keep words together."""
    main = re.search(r"(?s)<main.*</main>", answer.text)[0]
    text = re.sub(
        r"(?s)<(script|style|svg|select|textarea).*?</\1>|</?(?:bdi|b|strong|em)>", "", main
    )
    return html.unescape(re.sub(r"<[^>]+>", "\n", text))


@pytest.mark.parametrize("language", WRONG)
def test_no_page_on_the_way_to_an_order_has_the_marks_of_another_language(browser, till, language):
    store = make.merchant(name="阿" if language == "zh-hans" else "Adire", city=PLACES[language])
    product = make.product(
        of=store, title=TITLES[language], option_names=["Size", "Colour"],
        materials=[TITLES[language], PLACES[language]], titles={language: TITLES[language]},
    )  # fmt: skip
    options = {"fr": ["Bleu", "Grand"], "zh-hans": ["蓝", "大"], "ar": ["أزرق", "كبير"]}[language]
    kettle = make.variant(20_00, of=product, options=options)
    spare = make.variant(21_00, of=make.product(of=store, titles={language: PLACES[language]}))
    make.listed(product)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=2, per_shopper=1)
    order = buy(browser, till, {kettle: 1, spare: 2})
    ship(order.suborders.get(), carrier="Kenya Post", tracking_number="EE 4", at=NOON,
         by=make.member(store))  # fmt: skip
    browser.post("/cart/add/", {"variant": kettle.pk, "quantity": 3})

    seen = {
        path: text_of(browser.get(f"/{language}{path}"))
        for path in (f"/products/{product.slug}/", f"/stores/{store.slug}/", "/cart/",
                     "/checkout/", "/checkout/delivery/", link(order), link(order, "invoice/"))
    }  # fmt: skip

    assert TITLES[language] in seen["/cart/"]
    wrong = {
        path: [found.group() + text[found.end() : found.end() + 30]
               for found in re.finditer(WRONG[language], text, re.MULTILINE)]
        for path, text in seen.items()
    }  # fmt: skip
    assert {path: found for path, found in wrong.items() if found} == {}
