"""No page of a shopper or of a store says a time of day in UTC: it stands in a place's zone."""

import re

from django.test import Client

from shop.festivals.models import Festival
from shop.orders.models import Order
from shop.people.merchants.models import Merchant
from tests import make
from tests.sample.test_sums import returned
from tests.shop.checkout.order.proofs import owner_of

MARKED = re.compile(r"[^.<>]{0,60}\b(?:UTC|GMT)\b[^.<>]{0,30}")
PAGES = (
    "", "festivals/", "products/", "stores/", "experiences/", "flash-deals/", "cart/", "account/",
    "account/orders/", "help/",
)  # fmt: skip
DESK = ("", "orders/", "products/", "stock/", "prices/", "sessions/", "festivals/", "profile/")

__all__ = ["returned"]


def said(answer):
    """Return what a page says in UTC, with what stands around it."""
    text = re.sub(r"<(script|style)\b.*?</\1>", "", answer.text, flags=re.DOTALL)
    return [found.strip() for found in MARKED.findall(re.sub(r"<[^>]+>", "\n", text))]


def test_no_page_of_shoppers_or_stores_says_a_time_in_utc(returned):
    found = {}
    for language in ("", "fr/"):
        found |= of_shoppers(language)
    of_a_store, count = {}, 0
    for store in {row.country: row for row in Merchant.objects.filter(state="approved")}.values():
        browser = Client()
        browser.force_login(make.member(store))
        for address in addresses_of(store):
            answer = browser.get(address)
            count += answer.status_code == 200
            if answer.status_code == 200 and (here := said(answer)):
                of_a_store[address] = here

    assert found == {}
    assert count > 50
    assert of_a_store == {}


def of_shoppers(language):
    """Return what pages of shoppers say in UTC, by address."""
    browser, found = Client(), {}
    addresses = [f"/{language}{page}" for page in PAGES]
    addresses += [f"/{language}festivals/{row.slug}/" for row in Festival.objects.all()]
    for address in addresses:
        answer = browser.get(address, follow=True)
        assert answer.status_code in (200, 404), address
        if here := said(answer):
            found[address] = here
    for order in Order.objects.filter(state="paid").order_by("pk")[:20]:
        owner = owner_of(order)
        for page in ("", "invoice/", "tickets/"):
            address = f"/{language}orders/{order.number}/{order.token}/{page}"
            answer = owner.get(address)
            if answer.status_code == 200 and (here := said(answer)):
                found[address] = here
    return found


def addresses_of(store):
    """Return the pages of a store's desk."""
    own = f"/merchant/{store.slug}/"
    found = [own + page for page in DESK]
    found += [f"{own}festivals/{row.pk}/" for row in Festival.objects.all()]
    return found + [f"/merchant/orders/{part.pk}/" for part in store.suborders.all()[:3]]
