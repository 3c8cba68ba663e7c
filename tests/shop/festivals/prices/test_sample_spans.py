"""The sample catalogue: its stored prices are the price function, and carts charge them."""

import io
import random
from datetime import timedelta

import pytest

from sample.edition import edition
from sample.loading import write_rows
from sample.progress import Progress
from shop.festivals.models import Deal, Festival, Participation
from shop.orders.cart.pricing import price_cart
from shop.storefront.cache import catalogue_version
from shop.storefront.cards import money
from shop.storefront.product.choice import AskedVariant
from shop.storefront.product.delivery import Reader
from shop.storefront.product.page import product_page, read_product
from shop.storefront.product.variants import variants_now
from shop.storefront.search.find import find_popular
from tests import make
from tests.sample.loaded import (
    DAY_0,
    SIX,
    flagship,
    instants,
    product_ids,
    root_collection,
    some_ids,
)
from tests.shop.festivals.edits import EDITS, edit_often
from tests.truth import past, span_differences

pytestmark = pytest.mark.django_db


@pytest.fixture
def stocked(settings, clock_at):
    """Let the sample be written, whole or some of its stores, without its pictures."""
    settings.DEMO, settings.STRIPE_BASE_URL = True, ""
    clock_at(DAY_0)
    root_collection()

    def write(only=None):
        write_rows(edition(at=DAY_0, only=only), Progress(io.StringIO()))
        Festival.objects.update(max_extensions=50)
        return product_ids()

    return write


@pytest.mark.long
def test_spans_of_the_sample_equal_the_function_before_and_after_200_edits(stocked):
    products, dice = stocked(), random.Random(20261125)
    moments = instants(DAY_0, 1_000)
    assert len(products) == 1_000
    some = some_ids()
    assert span_differences(some, moments) == []
    public = past(products, DAY_0)

    history = edit_often(200, after=DAY_0, minutes=40, dice=dice)

    assert set(history.done) == set(EDITS)
    assert history.rewritten() == []
    assert past(products, DAY_0) == public
    assert span_differences(some, moments) == []
    assert span_differences(history.products(), history.edges) == []


def shown_in_list(product, at):
    """Return the price on the product's row in a list."""
    where, values = "l.product_id = %(product)s", {"product": product.pk}
    (row,) = find_popular([where], values, most=1, at=at, language="en")
    return row.price


def shown_on_page(product, at):
    """Return the number and the words of the price on the product's page."""
    catalogue_version.forget()
    page = product_page(
        read_product(product.slug, "en"), version=catalogue_version.current_version(at=at), at=at,
        reader=Reader("en", "USD", "CN"), asked=AskedVariant(),
    )  # fmt: skip
    return page.buying.variant.price, page.buying.price


def charged_in_cart(variant_id, at):
    """Return what a cart with one piece charges for it."""
    quote = price_cart(make.cart({make.Variant.objects.get(pk=variant_id): 1}, at=at), at=at).quote
    (segment,) = quote.segments
    assert quote.goods == segment.price
    return segment.price


def assert_one_price(product, at):
    """Compare list, page and cart; return whether a deal gives the price of some variant."""
    variants = [v for v in variants_now(product.pk, at=at) if v.is_buyable]
    if not variants:
        return False
    cheapest = min(variant.price for variant in variants)
    assert shown_in_list(product, at) == min(
        v.price for v in variants_now(product.pk, at=at) if v.price is not None
    )
    assert shown_on_page(product, at) == (cheapest, money(cheapest, "en"))
    for variant in variants:
        assert charged_in_cart(variant.id, at) == variant.price, (product.slug, at)
    return any(variant.has_deal for variant in variants)


@pytest.mark.long
def test_carts_charge_what_lists_and_pages_show_at_any_instant_of_a_festival(stocked):
    stocked(SIX)
    # A limit per shopper is counted for accounts, and pages show its price to everybody.
    Deal.objects.update(per_shopper=None)
    dice, festival = random.Random(2712), flagship()
    taking_part = Participation.objects.filter(
        festival=festival, product__kind="goods"
    ).select_related("product")
    on_deal = Deal.objects.values("variant__product")
    products = [row.product for row in taking_part.filter(product__in=on_deal)]
    edits = edit_often(20, after=DAY_0, minutes=20, dice=dice)
    # Units are counted as they are now, so the past is not asked about.
    first = edits.instants[-1]
    seconds = int((festival.ends_at + timedelta(hours=3) - first).total_seconds())

    with_deal = 0
    for _ in range(150):
        at = first + timedelta(seconds=dice.randrange(seconds), microseconds=1)
        with_deal += assert_one_price(dice.choice(products), at)
    for at in (festival.ends_at - timedelta(microseconds=1), festival.ends_at):
        for product in products[:20]:
            assert_one_price(product, at)

    assert 20 < with_deal < 150, "prices with and without a deal were compared"
