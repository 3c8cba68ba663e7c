from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Max
from django.test import override_settings

from sample.moving import move
from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import Pool
from shop.festivals.deals.actions import pause_deal
from shop.festivals.holds.counters import close_sold_out
from shop.festivals.models import (
    Closure,
    Deal,
    Enrolment,
    Festival,
    Nomination,
    PriceSpan,
    Promotion,
    RegularPrice,
    Slot,
)
from shop.festivals.prices import regular
from shop.orders.models import Order, Suborder
from shop.people.merchants.models import Merchant
from shop.storefront.listings.models import Listing
from tests import make
from tests.sample.loaded import DAY_0, flagship, instants, six, some_ids
from tests.truth import span_differences

pytestmark = pytest.mark.long

DAY = timedelta(days=1)
LATER = DAY_0 + 9 * DAY
EVENTS = (
    (Product, "published_at"), (Variant, "listed_at"), (RegularPrice, "starts_at"),
    (Merchant, "created_at"), (Enrolment, "accepted_at"), (Nomination, "decided_at"),
)  # fmt: skip
SCHEDULE = (
    (Festival, "starts_at"), (Festival, "ends_at"), (Slot, "starts_at"), (Slot, "ends_at"),
    (Deal, "effective_from"), (Deal, "effective_to"), (Promotion, "use_from"),
    (Promotion, "use_to"), (Promotion, "claim_to"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _demo():
    with override_settings(DEMO=True):
        yield


def values(model, name):
    return dict(model.objects.filter(**{f"{name}__isnull": False}).values_list("pk", name))


def everything():
    return {(model.__name__, name): values(model, name) for model, name in EVENTS + SCHEDULE}


def whole_deal():
    return Deal.objects.filter(slot__kind="whole").order_by("pk").first()


def test_outside_a_demonstration_nothing_moves(loaded):
    before = everything()

    with override_settings(DEMO=False), pytest.raises(ImproperlyConfigured, match="DEMO=1"):
        move(six(), at=LATER)

    assert everything() == before


@pytest.mark.parametrize("hours", [0, 24 * 3, 24 * 4 - 10])
def test_a_festival_with_a_day_left_stays(loaded, hours):
    before = everything()

    assert move(six(), at=DAY_0 + timedelta(hours=hours)) == 0

    assert everything() == before


@pytest.mark.parametrize("days", [4, 9, 400])
def test_an_aged_sample_moves_by_whole_days_until_today_is_its_first_day(loaded, days):
    before = everything()
    later = DAY_0 + days * DAY

    assert move(six(), at=later) == days

    festival = flagship()
    assert festival.is_live(later)
    assert festival.starts_at == six().at(-5)
    assert festival.starts_wall == f"{six().at(-5):%Y-%m-%d} 00:00"
    moved = {
        what: {pk: moment + days * DAY for pk, moment in rows.items()}
        for what, rows in before.items()
    }
    assert everything() == moved


def test_moving_twice_does_nothing_the_second_time(loaded):
    move(six(), at=LATER)
    before = everything()

    assert move(six(), at=LATER) == 0

    assert everything() == before


def test_after_moving_the_spans_are_what_the_price_function_says(loaded):
    goods = PriceSpan.objects.filter(variant__session_start=None)
    before = goods.count()

    move(six(), at=LATER)

    assert span_differences(some_ids(), instants(LATER, 120)) == []
    assert goods.count() == before
    assert Listing.objects.aggregate(last=Max("published_at"))["last"] <= LATER - 60 * DAY


def test_what_a_visitor_ordered_stays_as_it_was(loaded):
    bought = Variant.objects.get(sku="KE-IHM-010")
    make.order({bought: 2}, at=DAY_0, email="visitor@example.org")
    before = list(Order.objects.values()), list(Suborder.objects.values())
    move(six(), at=LATER)

    assert (list(Order.objects.values()), list(Suborder.objects.values())) == before
    assert Pool.objects.get(variants=bought).held == 2


def test_a_festival_made_by_hand_stays_and_so_do_its_deals(loaded):
    own = make.festival(starts_at=DAY_0, ends_at=DAY_0 + 40 * DAY)
    sold = Variant.objects.get(sku="KE-IHM-010")
    deal = make.deal(sold, during=own, percent=10, approved_at=DAY_0 - DAY)
    promotion = make.promotion(own)
    facts = list(Festival.objects.filter(pk=own.pk).values())

    move(six(), at=LATER)

    assert list(Festival.objects.filter(pk=own.pk).values()) == facts
    moved = Deal.objects.get(pk=deal.pk)
    assert (moved.effective_from, moved.effective_to) == (deal.effective_from, deal.effective_to)
    assert Promotion.objects.get(pk=promotion.pk).use_from == promotion.use_from
    assert span_differences([sold.product_id], instants(LATER, 200)) == []


def test_a_product_made_by_hand_keeps_its_prices_and_follows_its_deal(loaded):
    own = make.variant(20_00, listed_at=DAY_0 - 2 * DAY)
    deal = make.deal(own, during=flagship(), percent=25, approved_at=DAY_0 - DAY)

    move(six(), at=LATER)

    moved = Deal.objects.get(pk=deal.pk)
    assert moved.effective_from == deal.effective_from + 9 * DAY
    assert RegularPrice.objects.get(variant=own).starts_at == DAY_0 - 2 * DAY
    assert span_differences([own.product_id], instants(LATER, 200)) == []


def test_a_change_made_by_hand_never_lands_in_the_future(loaded):
    deal = whole_deal()
    yesterday = LATER - DAY
    paused_at = pause_deal(deal, at=DAY_0 + 2 * DAY)
    other = Variant.objects.exclude(product=deal.variant.product).filter(deals=None).first()
    regular.change_prices({other.pk: 77_00}, at=yesterday)

    move(six(), at=LATER)

    assert paused_at < Closure.objects.get(deal=deal).starts_at <= LATER
    newest = RegularPrice.objects.filter(variant=other).latest("starts_at")
    assert (newest.amount, newest.starts_at) == (77_00, LATER)
    now = {"starts_at__lte": LATER, "ends_at__gt": LATER}
    assert PriceSpan.objects.get(variant=deal.variant, **now).deal_id != deal.pk
    assert PriceSpan.objects.get(variant=other, **now).price == 77_00
    assert span_differences(some_ids(), instants(LATER, 60)) == []


def test_a_price_announced_for_a_later_day_stays_announced(loaded):
    announced = LATER + 3 * DAY
    some = Variant.objects.filter(deals=None).first()
    regular.change_prices({some.pk: 88_00}, at=DAY_0, starts_at=announced)

    move(six(), at=LATER)

    assert RegularPrice.objects.filter(variant=some, starts_at=announced).count() == 1


def test_a_flash_deal_that_sold_out_stays_sold_out_when_its_slot_comes_again(loaded):
    deal = Deal.objects.filter(slot__kind="flash").order_by("effective_from").first()
    Deal.objects.filter(pk=deal.pk).update(sold=deal.allotment)
    during = deal.effective_from + timedelta(hours=1)
    close_sold_out([deal.variant.product_id], [deal.pk], at=during)

    move(six(), at=LATER)

    assert not PriceSpan.objects.filter(deal=deal, ends_at__gt=LATER).exists()
    assert span_differences([deal.variant.product_id], instants(LATER, 200)) == []


def test_prices_can_be_changed_right_after_the_move(loaded):
    move(six(), at=LATER)
    some = Variant.objects.filter(deals=None).first()

    since = regular.change_prices({some.pk: 55_00}, at=LATER + timedelta(seconds=1))

    assert since == LATER + timedelta(seconds=1)
