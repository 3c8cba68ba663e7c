"""Two people act on a festival at once, or one of them with a clock that was read before."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.core.errors import NotPossible, Unavailable
from shop.core.locks import free_ones, lock_one
from shop.festivals.deals.actions import raise_allotment
from shop.festivals.enrolment import enrol
from shop.festivals.models import Deal, Festival, Fund, Nomination
from shop.festivals.nominations import approve
from shop.festivals.promotions import manage, sponsors
from shop.festivals.schedule import stop
from shop.festivals.schedule.extend import extend_slot
from shop.festivals.schedule.publish import publish_festival
from shop.orders.cart.pricing import price_cart
from shop.storefront.listings import publish
from tests import make
from tests.buying import expire, pay, span_price
from tests.make import END, NOON, START
from tests.stepping import Beside, open_transaction

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
REASON = "The power is out"


def whole(festival):
    return festival.slots.get(kind="whole")


def subsidised(kettle, festival, fund, units=10, subsidy=5_00):
    nomination = make.nomination(kettle, during=festival, price=10_00, allotment=units,
                                 subsidy=subsidy, fund=fund)  # fmt: skip
    (deal,) = approve.approve(nomination, at=START)
    return deal


@pytest.mark.parametrize("first", ["publish", "approve"])
@pytest.mark.django_db(transaction=True)
def test_page_and_cart_agree_when_a_deal_is_approved_while_its_festival_is_published(first):
    festival = make.festival(state="draft")
    kettle = make.variant(20_00)
    make.deal(make.variant(20_00), during=festival, price=10_00)
    nomination = make.nomination(kettle, during=festival, price=15_00)
    acts = {
        "publish": lambda: publish_festival(festival, at=START - HOUR),
        "approve": lambda: approve.approve(nomination, at=START - HOUR),
    }

    with open_transaction(acts.pop(first)):
        beside = Beside(*acts.values())
        assert beside.waits()
    beside.result()

    assert price_cart(make.cart({kettle: 1}, at=NOON), at=NOON).quote.total == 15_00
    assert span_price(kettle, NOON) == 15_00


@pytest.mark.django_db(transaction=True)
def test_a_product_that_is_withdrawn_meanwhile_gets_no_deal():
    festival, kettle = make.festival(), make.variant(20_00, on_hand=9)
    make.listed(kettle.product)
    nomination = make.nomination(kettle, during=festival, price=15_00, allotment=5)

    withdrawing = lambda: publish.withdraw(kettle.product, at=NOON)  # noqa: E731
    with open_transaction(withdrawing):
        beside = Beside(lambda: approve.approve(nomination, at=NOON))
        assert beside.waits()

    assert isinstance(beside.result(), NotPossible)
    assert not Deal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_stop_waits_for_a_store_that_leaves_and_does_not_break():
    festival = make.festival()
    nomination = make.nomination(make.variant(20_00), during=festival, price=15_00)

    with open_transaction(lambda: stop.stop_slot(whole(festival), at=NOON, reason=REASON)):
        beside = Beside(lambda: enrol.leave(nomination.enrolment, at=NOON, by=make.user()))
        assert beside.waits()

    beside.result()
    nomination.refresh_from_db()
    assert nomination.state == Nomination.State.WITHDRAWN


@pytest.mark.django_db(transaction=True)
def test_a_store_that_leaves_locks_the_festival_before_its_nominations():
    festival = make.festival()
    nomination = make.nomination(make.variant(20_00), during=festival, price=15_00)

    with open_transaction(lambda: lock_one(Nomination.objects, nomination.pk)):
        beside = Beside(lambda: enrol.leave(nomination.enrolment, at=NOON, by=make.user()))
        assert beside.waits()
        with transaction.atomic():
            assert not list(free_ones(Festival.objects.all()))

    beside.result()


@pytest.mark.django_db
def test_what_was_stopped_stays_stopped_for_a_request_that_read_its_clock_before():
    festival = make.festival()  # without deals: there is no price to wait for
    benefit = make.promotion(festival, value=5_00, max_uses=10)
    draft = make.promotion(festival, group="save", value=5_00, state="draft")
    stop.stop_slot(whole(festival), at=NOON + SECOND, reason=REASON)

    with pytest.raises(NotPossible):
        extend_slot(whole(festival), END + HOUR, at=NOON, reason="Rain")
    with pytest.raises(NotPossible):
        manage.activate(draft, at=NOON)
    with pytest.raises(NotPossible):
        manage.end_early(benefit, at=NOON, reason=REASON)
    with pytest.raises(NotPossible):
        manage.raise_limits(benefit, {"max_uses": 20}, at=NOON)
    festival.refresh_from_db()
    assert festival.ends_at == NOON + SECOND


@pytest.mark.django_db
def test_a_stopped_deal_gets_no_more_units_by_an_older_clock():
    festival, kettle = make.festival(), make.variant(20_00, on_hand=50)
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=100_00)
    deal = subsidised(kettle, festival, fund)
    stop.stop_slot(whole(festival), at=NOON + SECOND, reason=REASON)

    with pytest.raises(NotPossible):
        raise_allotment(deal, 15, at=NOON)


@pytest.mark.django_db
def test_money_that_comes_late_does_not_overdraw_a_fund():
    festival = make.festival()
    kettle, lamp = make.variant(20_00, on_hand=50), make.variant(20_00, on_hand=50)
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=100_00)
    flash = make.slot(festival, starts_at=NOON, ends_at=NOON + HOUR)
    deal = subsidised(kettle, flash, fund, units=10, subsidy=10_00)
    order = make.order({kettle: 10}, at=NOON)
    expire(order, at=NOON + HOUR)
    over = deal.effective_to + sponsors.GRACE
    sponsors.reckon_all(at=over)
    subsidised(lamp, festival, fund, units=10, subsidy=10_00)

    with pytest.raises(Unavailable):
        pay(order, at=over)

    Fund.objects.update(amount=200_00)
    pay(order, at=over)
    order.refresh_from_db()
    assert order.is_paid


@pytest.mark.django_db
def test_what_would_be_over_when_a_festival_is_published_late_was_never_a_price():
    festival = make.festival(state="draft", must_beat_prior_price=False)
    kettle = make.variant(20_00)
    flash = make.deal(kettle, during=make.slot(festival, starts_at=START, ends_at=START + HOUR),
                      price=5_00)  # fmt: skip
    make.deal(kettle, during=festival, price=15_00)

    publish_festival(festival, at=START + 2 * HOUR)

    span = kettle.price_spans.get(starts_at__lte=NOON, ends_at__gt=NOON)
    assert (span.price, span.prior_price) == (15_00, 20_00)
    flash.refresh_from_db()
    assert flash.state == Deal.State.WITHDRAWN
    assert flash.nomination.state == Nomination.State.WITHDRAWN
