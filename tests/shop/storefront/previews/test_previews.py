"""The shop at another instant: seen by whoever opened it, written by nobody, kept nowhere."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms.models import FestivalPage
from shop.festivals.deals.actions import pause_deal
from shop.festivals.models import Deal, DealUsage, PriceSpan
from shop.festivals.schedule import stop
from shop.festivals.schedule.extend import extend_slot
from shop.orders.cart.pricing import price_cart
from shop.storefront.cache import catalogue_version
from shop.storefront.listings.models import Listing
from shop.storefront.previews import overlay
from shop.storefront.previews.preview import Preview, Stock, Who
from tests import make, pages
from tests.cms.dashboard.people import organizer
from tests.make import END, NOON, START
from tests.shop.storefront.previews.steps import kept_pages, looking, post, product, rows

pytestmark = pytest.mark.django_db

BEFORE = START - timedelta(days=1)


@pytest.fixture
def kettle():
    return make.variant(20_00)


@pytest.fixture
def festival(kettle):
    made = make.festival()
    make.deal(kettle, during=made, price=15_00, allotment=6)
    make.listed(kettle.product)
    return made


@pytest.fixture
def draft(kettle):
    made = make.festival(state="draft", starts_at=END + timedelta(days=9),
                         ends_at=END + timedelta(days=19))  # fmt: skip
    make.deal(kettle, during=made, price=15_00, allotment=6, per_shopper=2)
    make.listed(kettle.product)
    return made


def everywhere(variant):
    page = variant.product
    return ["/", "/products/", "/products/?sort=price", f"/products/?q={page.title}",
            f"/products/{page.slug}/", f"/stores/{page.merchant.slug}/"]  # fmt: skip


def test_case_80_staff_see_another_instant_and_everybody_else_the_present(
    clock_at, kettle, festival
):
    clock_at(BEFORE)

    staff, guest = product(looking(festival, START), kettle), product(Client(), kettle)

    assert "$15.00" in staff.text
    assert "Preview at Monday, 10 May 2027, 00:00:00" in staff.text
    assert staff.headers["Cache-Control"] == "private, no-store"
    assert staff.headers["X-Robots-Tag"] == "noindex"
    assert "$20.00" in guest.text
    assert "$15.00" not in guest.text
    assert "Preview" not in guest.text


def test_case_80_the_shared_copies_hold_nothing_of_a_preview(clock_at, kettle, festival):
    clock_at(BEFORE)
    client = looking(festival, START)

    for path in everywhere(kettle):
        assert client.get(path).status_code == 200

    assert kept_pages() == []
    for path in everywhere(kettle):
        assert "$15.00" not in Client().get(path).text


def test_case_80_a_preview_takes_nothing_from_the_shared_copies(clock_at, kettle, festival):
    clock_at(BEFORE)
    for path in everywhere(kettle):
        Client().get(path)

    client = looking(festival, START)
    for path in everywhere(kettle):
        assert "$15.00" in client.get(path).text, path


def test_what_was_planned_for_the_present_reads_the_preview_s_tables(clock_at, kettle, draft):
    clock_at(NOON)
    Deal.objects.update(per_shopper=None)
    shopper = make.cart({kettle: 1})
    at = draft.starts_at
    seen = Preview(at=at, festival_id=draft.pk)

    for _time in range(2):  # at the first view of a connection PostgreSQL plans anew by itself
        assert price_cart(shopper, at=at).quote.goods == 20_00
        with overlay.shown(seen):
            assert price_cart(shopper, at=at).quote.goods == 15_00


def test_what_a_process_knows_of_the_present_is_not_taken_from_a_preview(clock_at, draft):
    clock_at(NOON)
    looking(draft, NOON).get("/")

    assert catalogue_version._latest is None or draft.pk not in {
        f.id for f in catalogue_version._latest.festivals
    }


def test_a_draft_is_seen_as_if_it_were_published_on_every_page(clock_at, kettle, draft):
    clock_at(BEFORE)
    page = pages.page(FestivalPage, festival=draft, body=[("hero", {}), ("deals", {})])
    client = looking(draft, draft.starts_at)

    for path in [*everywhere(kettle), "/products/?festival=1", pages.address(page)]:
        assert "$15.00" in client.get(path).text, path
        assert "$15.00" not in Client().get(path).text, path
    before = looking(draft, draft.starts_at - timedelta(microseconds=1))
    after = looking(draft, draft.ends_at)
    for client in (before, after):
        assert "$15.00" not in product(client, kettle).text


def test_what_waits_for_a_decision_is_seen_where_it_was_asked_for(clock_at, draft):
    clock_at(BEFORE)
    teapot = make.variant(30_00)
    make.nomination(teapot, during=draft, price=22_00, allotment=3)
    make.listed(teapot.product)

    assert "$22.00" not in product(looking(draft, draft.starts_at), teapot).text
    assert "$22.00" in product(looking(draft, draft.starts_at, is_waiting=True), teapot).text
    assert not PriceSpan.objects.filter(price=22_00).exists()


def test_the_past_is_shown_as_it_was(clock_at, kettle, festival):
    make.reprice(kettle, 33_00, at=END + timedelta(days=1))
    clock_at(END + timedelta(days=5))

    assert "$33.00" in product(Client(), kettle).text
    assert "$15.00" in product(looking(festival, NOON), kettle).text
    assert "$20.00" in product(looking(festival, END), kettle).text


def test_the_past_of_a_closed_festival_is_shown_too(clock_at, kettle, festival):
    type(festival).objects.update(state="closed")
    clock_at(END + timedelta(days=5))

    page = product(looking(festival, NOON), kettle).text

    assert "$15.00" in page
    assert "Festival price until 19 May" in page


@pytest.mark.parametrize(
    ("stock", "price", "words"),
    [("", "$15.00", "0 of 6"), ("gone", "$20.00", "In stock"), ("one", "$15.00", "In stock")],
)
def test_a_scenario_sells_the_deals_out_or_down_to_one(clock_at, kettle, festival, stock, price,
                                                       words):  # fmt: skip
    clock_at(BEFORE)

    page = product(looking(festival, START, stock=Stock(stock)), kettle).text

    assert f'"price": "{price[1:]}"' in page


def test_deals_that_sell_everyday_stock_are_sold_out_with_it(clock_at, kettle):
    festival = make.festival()
    make.deal(kettle, during=festival, price=15_00)
    make.listed(kettle.product)
    clock_at(BEFORE)

    gone = product(looking(festival, START, stock=Stock.SOLD_OUT), kettle).text
    one = product(looking(festival, START, stock=Stock.ONE_LEFT), kettle).text

    assert "Sold out" in gone
    assert "In stock, 1 piece" in one
    assert "$15.00" in one
    assert Listing.objects.get(product=kettle.product).is_available


@pytest.mark.parametrize(
    ("who", "says", "total"),
    [
        (Who.GUEST, "Sign in to buy at this price", "$60.00"),
        (Who.NEW, "2 per shopper", "$50.00"),
        (Who.AT_LIMIT, "You can buy", "$60.00"),
    ],
)
def test_the_cart_is_priced_for_the_shopper_that_was_chosen(clock_at, kettle, draft, who, says,
                                                            total):  # fmt: skip
    clock_at(BEFORE)
    user = organizer()
    make.cart({kettle: 3}, of=make.shopper(user), at=BEFORE)
    client = looking(draft, draft.starts_at, user=user, who=who)
    before = rows()

    page = re.sub(r"<[^>]+>|\s+", " ", client.get("/cart/").text)

    assert total in page
    assert says in page
    assert rows() == before
    assert not DealUsage.objects.exists()


def test_language_and_country_are_chosen_within_a_preview(clock_at, kettle, festival):
    clock_at(BEFORE)
    client = looking(festival, START)

    assert post(client, "/preferences/", currency="EUR").status_code == 303
    page = client.get(f"/fr/products/{kettle.product.slug}/").text

    assert "15,00" in page
    assert "Aperçu" in page
    assert "€" in page
    assert "15,00" not in Client().get(f"/fr/products/{kettle.product.slug}/").text


def test_a_preview_costs_the_same_statements_for_any_number_of_products(clock_at, kettle, draft):
    clock_at(BEFORE)
    client = looking(draft, draft.starts_at, is_waiting=True, stock=Stock.SOLD_OUT)
    make.nomination(make.variant(30_00), during=draft, price=20_00)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            assert "$20.00" in product(client, kettle).text
        counts.append(len(seen))
        for _n in range(9):
            variant = make.variant(30_00)
            make.deal(variant, during=draft, price=20_00)
            waits = make.variant(30_00)
            make.nomination(waits, during=draft, price=20_00)

    assert counts[0] == counts[1] <= 60


def test_what_changes_meanwhile_is_seen_in_the_preview_at_once(clock_at, kettle, draft):
    clock_at(BEFORE)
    client = looking(draft, draft.starts_at, is_waiting=True)
    assert "$15.00" in product(client, kettle).text
    teapot = make.variant(30_00)
    make.listed(teapot.product)

    waits = make.nomination(teapot, during=draft, price=22_00)
    assert "$22.00" in product(client, teapot).text
    type(waits).objects.filter(pk=waits.pk).update(state="rejected")
    assert "$22.00" not in product(client, teapot).text
    pause_deal(draft.slots.get().deals.get(), at=BEFORE)
    assert "$15.00" not in product(client, kettle).text


def test_an_extension_is_told_with_its_reason(clock_at, kettle, festival):
    clock_at(NOON)
    assert "has been extended" not in Client().get("/").text
    slot = festival.slots.get()

    extend_slot(slot, END + timedelta(days=2), at=NOON, reason="The port was closed.")
    catalogue_version.forget()

    page = Client().get("/").text
    assert "The festival has been extended until 21 May." in page
    assert "The port was closed." in page
    assert "has been extended" not in looking(festival, START).get("/").text


def test_an_early_end_is_told_with_its_reason(clock_at, kettle, festival):
    clock_at(NOON)
    stop.stop_slot(
        festival.slots.get(),
        at=NOON,
        ends_at=NOON + timedelta(days=1),
        reason="<b>Storm</b> ahead.",
    )
    catalogue_version.forget()
    page = Client().get("/").text
    assert "The festival ends early, on 13 May." in page
    assert "&lt;b&gt;Storm&lt;/b&gt; ahead." in page


def test_the_lowest_price_of_a_festival_is_called_so_and_no_other(clock_at, kettle, festival):
    clock_at(NOON)
    words = "The lowest scheduled price in this festival"
    hour = timedelta(hours=1)
    assert words in product(Client(), kettle).text
    assert words not in product(looking(festival, START - hour), kettle).text

    slot = make.slot(festival, starts_at=NOON + hour, ends_at=NOON + 2 * hour)
    make.deal(kettle, during=slot, price=14_00, allotment=1, approved_at=NOON)
    catalogue_version.forget()

    seen = [words in product(looking(festival, at), kettle).text
            for at in (START, NOON + hour, NOON + 2 * hour)]  # fmt: skip
    assert seen == [False, True, False]
    assert "$14.00" not in product(Client(), kettle).text
