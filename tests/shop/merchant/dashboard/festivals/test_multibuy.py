"""Buy 3, pay for 2: from the form and the sheet of a store to the order, its refund and report."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation

from shop.catalogue.models import Variant
from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog, Deal, Nomination, PriceSpan
from shop.festivals.nominations import approve
from shop.festivals.prices import regular
from shop.money.payments.void import decide, void_price
from shop.orders import end
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Refund, SaleDecision
from shop.orders.place import place_order
from shop.orders.reconcile import differences
from shop.orders.refund import record
from shop.orders.text import shopper_context
from shop.reports import tallies
from shop.reports.models import Tally
from shop.reports.statements import statement
from shop.storefront.cache import catalogue_version
from shop.storefront.cards import cards
from tests import make
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.make import NOON, START
from tests.queue import run_queued_work
from tests.shop.merchant.dashboard.spreadsheets.files import csv_of, send, states
from tests.shop.orders.cart.carts import fill, words
from tests.shop.storefront.shelf import found, show

pytestmark = pytest.mark.django_db
BEFORE = START - timedelta(days=3)
TERMS = {"rule": "multibuy", "buys": 3, "pays": 2}
HEAD = ["SKU", "Slot", "Percent off", "Festival price", "Buy", "Pay for"]


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def cups(festival) -> list[Variant]:
    """Return two sizes of one product, at 20.00 and 12.00, with the deal of three for two."""
    large = make.variant(20_00, on_hand=20, of=make.product(title="Cup"))
    small = make.variant(12_00, on_hand=20, of=large.product)
    approve.approve(make.nomination(large, during=festival, **TERMS), at=BEFORE)
    return [large, small]


def test_a_store_offers_it_by_the_form(client, desk):
    other = make.slot(desk.festival, label="Second slot")
    address = f"/merchant/{desk.merchant.slug}/slots/{other.pk}/{desk.product.pk}/"
    page = client.get(address).text
    assert "Buy several, pay for fewer" in page
    told = {"rule": "multibuy", "buys": "3", "pays": "2", "per_shopper": ""}

    check = client.post(f"{address}check/", told).text
    assert "Shoppers will see “Buy 3, pay for 2”" in check
    assert "$13.34" in check
    assert "fewer" not in check
    wrong = client.post(address, told | {"pays": "3"})
    assert "Give two whole numbers up to 20: buy more than you pay for." in wrong.text
    assert not Nomination.objects.filter(slot=other).exists()
    client.post(address, told)

    made = Nomination.objects.get(slot=other)
    assert (made.rule, made.buys, made.pays, made.percent, made.prices) == (
        "multibuy", 3, 2, None, {},
    )  # fmt: skip
    again = client.get(address).text
    assert 'value="3"' in again
    assert 'value="2"' in again


def test_an_experience_offers_it_for_all_its_dates(client, desk):
    walk = make.product(of=desk.merchant, kind="experience", title="Walk")
    address = f"/merchant/{desk.merchant.slug}/slots/{desk.slot.pk}/{walk.pk}/"

    page = client.get(address).text

    assert 'value="multibuy"' in page
    assert 'value="fixed"' not in page


def test_a_sheet_brings_it_and_takes_it_away_again(client, desk):
    where = desk.address("{store}/festivals/{festival}/sheet/")
    cups = [
        make.variant(20_00, on_hand=50, of=make.product(of=desk.merchant, title=f"Cup {n}"))
        for n in range(3)
    ]
    rows = [
        [cups[0].sku, "whole", "", "", "3", "2"],
        [cups[1].sku, "whole", "", "", "3", ""],
        [cups[2].sku, "whole", "20", "", "3", "2"],
    ]

    sheet = send(client, where, csv_of(rows, HEAD))

    assert states(sheet) == {"submitted": 1, "refused": 2}
    made = Nomination.objects.get(product=cups[0].product)
    assert (made.rule, made.buys, made.pays) == ("multibuy", 3, 2)
    told = sheet.rows.filter(state="refused").values_list("column", "text")
    assert [column for column, _ in told] == ["pays", "price"]
    template = client.get(where.removesuffix("/") + ".csv").content.decode("utf-8-sig")
    head, *lines = template.splitlines()
    (own,) = [line for line in lines if cups[0].sku in line]
    cells = dict(zip(head.split(","), own.split(","), strict=True))
    assert (cells["Buy"], cells["Pay for"], cells["Percent off"]) == ("3", "2", "")


def test_a_reviewer_reads_it_and_the_deal_carries_it(festival):
    cup = make.variant(20_00, on_hand=20, of=make.product(title="Cup"))
    made = make.nomination(cup, during=festival, submitted_at=BEFORE, **TERMS)
    reviewer = Client()
    reviewer.force_login(organizer())

    page = reviewer.get(f"/organize/festivals/{festival.pk}/nominations/{made.pk}/").text
    assert "Buy 3, pay for 2" in page
    (deal,) = approve.approve(made, at=BEFORE)

    assert (deal.kind, deal.value, deal.paid_units) == ("multibuy", 3, 2)
    deals = reviewer.get(f"/organize/festivals/{festival.pk}/deals/").text
    assert "$20.00 (Buy 3, pay for 2)" in deals


def test_it_crosses_no_price_out_and_has_to_be_a_reduction_all_the_same(festival, cups):
    span = PriceSpan.objects.get(variant=cups[0], starts_at=START)
    assert (span.price, span.prior_price, span.percent) == (20_00, None, None)
    assert span.deal_id is not None

    mean = make.festival(min_percent_off=40)
    kettle = make.variant(20_00)
    offered = make.nomination(kettle, during=mean, **TERMS)
    with pytest.raises(NotPossible):
        make.reprice(cups[0], 25_00, at=NOON)
    strict = make.festival(must_beat_prior_price=True)
    make.reprice(kettle, 40_00, at=START - timedelta(days=2))
    waiting = make.nomination(kettle, during=strict, **TERMS)
    with pytest.raises(NotPossible, match="cannot be called a reduction"):
        approve.approve(waiting, at=START - timedelta(days=1))
    assert offered.state == "submitted"


def test_pages_say_it(clock_at, cups):
    clock_at(NOON)
    catalogue_version.forget()
    text = show(cups[0].product)
    assert "Buy 3, pay for 2" in text
    assert "All sizes of this product count together; the cheapest are free." in text
    assert "Until 19 May" in text
    assert "<bdi>$20.00" not in text
    assert "<del" not in text

    make.listed(cups[0].product)
    (card,) = cards(found(), "en")
    assert (card.flag, card.price, card.note) == ("3 for 2", "from $12.00", "")
    with translation.override("fr"):
        (card,) = cards(found(), "fr")
    assert card.flag == "3 pour 2"


def test_the_cart_says_what_is_off_and_what_one_more_would_bring(clock_at, cups):
    clock_at(NOON)
    catalogue_version.forget()
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    large, small = cups

    fill(browser, {large: 1, small: 1})
    page = words(browser.get("/cart/"))
    assert page.count("Buy 3, pay for 2: add 1 more of this product.") == 1
    fill(browser, {small: 1})
    page = words(browser.get("/cart/"))

    # 20 + 12 + 12: one 12 is free, divided by what the lines cost, 20 and 24 of 44.
    assert "Buy 3, pay for 2: −$5.45" in page
    assert "Buy 3, pay for 2: −$6.55" in page
    assert "$32.00" in page
    assert "You save $12.00" in page
    assert "add 1 more" not in page


def test_an_order_keeps_it_and_each_unit_goes_back_by_its_share(festival, cups):
    large, small = cups
    order = place_order(
        who := make.cart({large: 1, small: 2}), agreed=make.agreed(who), at=NOON
    ).order
    pay(order)
    order.refresh_from_db()

    lines = list(order.lines.all())
    assert [(row.price, row.reduced, row.paid) for row in lines] == [
        (20_00, 5_45, 14_55), (12_00, 6_55, 17_45),
    ]  # fmt: skip
    assert order.goods == 32_00
    assert {deal.sold for deal in Deal.objects.all()} == {1, 2}
    shown = shopper_context(order.suborders.get(), order)["lines"]
    assert [row["amount"] for row in shown] == ["$14.55", "$17.45"]

    with transaction.atomic():
        back = record(end.lock(order.pk), {lines[1]: 1}, cause=Refund.Cause.SESSION_CANCELLED,
                      at=NOON)  # fmt: skip
    assert back.amount in (8_72, 8_73)

    tallies.count_sales(at=NOON + timedelta(hours=1))
    total = Tally.objects.get(festival=festival, kind=Tally.Kind.TOTAL)
    assert (total.paid, total.by_merchant) == (32_00, 12_00)
    told = statement(festival, large.product.merchant)
    assert sum(line.by_merchant for line in told.lines) == 12_00
    assert differences() == []


def test_the_last_units_that_are_set_aside_are_counted_alone(festival):
    cup = make.variant(20_00, on_hand=8)
    deal = make.deal(cup, during=festival, allotment=4, **TERMS)
    who = make.cart({cup: 6})

    quote = price_cart(who, at=NOON).quote
    assert [(s.quantity, s.amount) for s in quote.segments] == [(4, 60_00), (2, 40_00)]
    place_order(who, agreed=make.agreed(who), at=NOON)

    deal.refresh_from_db()
    assert (deal.held, Pool.objects.get(pk=cup.pool_id).held) == (4, 6)
    assert price_cart(make.cart({cup: 1}), at=NOON).quote.segments[0].deal is None


def test_a_deal_that_follows_the_price_keeps_it_from_rising(cups):
    with pytest.raises(NotPossible, match="A running deal follows this regular price"):
        regular.change_prices({cups[0].pk: 21_00}, at=NOON)
    regular.change_prices({cups[0].pk: 18_00}, at=NOON)


def test_whoever_bought_by_mistake_reads_what_one_cost(cups, mailoutbox):
    order = place_order(who := make.cart({cups[0]: 3}), agreed=make.agreed(who), at=NOON).order
    pay(order)
    line = order.lines.get()
    void_price(line.deal, reason="Two numbers were swapped", at=NOON + timedelta(hours=1))

    decide(line, SaleDecision.Outcome.HONOURED, at=NOON + timedelta(hours=2))
    run_queued_work()

    (told,) = [mail for mail in mailoutbox if "About the price of Cup" in mail.subject]
    assert "was shown at $13.33 in place of $20.00" in told.body
    (logged,) = ChangeLog.objects.filter(action="void")
    assert logged.before == {"kind": "multibuy", "value": 3, "paid_units": 2}
