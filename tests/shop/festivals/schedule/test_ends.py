"""What ended stays ended, whatever else is done: through the queue, late, or at the same time."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible, Unavailable
from shop.festivals.deals import actions, void
from shop.festivals.models import Closure, Deal, Fund, Nomination, PriceSpan
from shop.festivals.nominations import approve
from shop.festivals.prices.load import timelines
from shop.festivals.pricing.timeline import span_at
from shop.festivals.promotions import manage, sponsors
from shop.festivals.schedule import stop
from shop.festivals.schedule.extend import extend_slot
from shop.festivals.schedule.publish import publish_festival
from shop.festivals.schedule.readiness import readiness
from shop.orders import end
from shop.reports.close import close_festival
from tests import make
from tests.buying import pay, span_price
from tests.make import END, NOON, START
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
REASON = "The power is out"


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def kettle():
    return make.variant(20_00, on_hand=50)


def whole(festival):
    return festival.slots.get(kind="whole")


def flash(festival, starts=NOON + HOUR, ends=NOON + 3 * HOUR):
    return make.slot(festival, starts_at=starts, ends_at=ends)


def fund_of(festival, amount=100_00):
    return Fund.objects.create(festival=festival, sponsor="Chamber", amount=amount)


def test_what_waits_for_a_slot_that_is_called_off_is_withdrawn(festival, kettle):
    slot = flash(festival)
    waiting = make.nomination(kettle, during=slot, price=5_00, allotment=10)

    stop.stop_slot(slot, at=NOON, reason=REASON)

    waiting.refresh_from_db()
    assert waiting.state == Nomination.State.WITHDRAWN
    Nomination.objects.update(state="submitted")
    with pytest.raises(NotPossible, match="is over"):
        approve.approve(waiting, at=NOON)
    assert span_price(kettle, NOON + HOUR) == 20_00


def test_nothing_is_approved_for_a_festival_that_was_called_off(festival, kettle):
    waiting = make.nomination(kettle, during=festival, price=5_00, allotment=10)
    stop.cancel_festival(festival, at=START - HOUR, reason=REASON)
    Nomination.objects.update(state="submitted")

    (outcome,) = approve.approve_all([waiting.pk], at=START - HOUR)

    assert "is over" in str(outcome.refusal)
    assert not Deal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_approval_beside_a_stop_sees_the_stop():
    festival, kettle = make.festival(), make.variant(20_00)
    slot = flash(festival, NOON - HOUR, NOON + HOUR)
    waiting = make.nomination(kettle, during=slot, price=5_00)

    with open_transaction(lambda: stop.stop_slot(slot, at=NOON, reason=REASON)):
        beside = Beside(lambda: approve.approve(waiting, at=NOON))
        assert beside.waits()

    assert isinstance(beside.result(), NotPossible)
    assert not Deal.objects.exists()


def promised(fund, at=None):
    """Return what a fund promises, after the beat has looked at it."""
    if at:
        assert sponsors.reckon_all(at=at) == 1
    fund.refresh_from_db()
    return fund.committed


def subsidised(kettle, festival, fund, units=20):
    nomination = make.nomination(kettle, during=festival, price=15_00, allotment=units,
                                 subsidy=1_00, fund=fund)  # fmt: skip
    (deal,) = approve.approve(nomination, at=START)
    return deal


def test_a_stop_that_comes_later_keeps_what_a_sponsor_promised_until_then(festival, kettle):
    fund = fund_of(festival)
    subsidised(kettle, festival, fund)

    stop.stop_slot(whole(festival), at=NOON, ends_at=NOON + 8 * HOUR, reason=REASON)

    assert promised(fund, NOON + 8 * HOUR) == 20_00
    assert promised(fund, NOON + 8 * HOUR + sponsors.GRACE) == 0


def test_an_order_of_the_last_second_finds_its_sponsors_money(festival, kettle):
    fund = fund_of(festival)
    subsidised(kettle, festival, fund)

    stop.stop_slot(whole(festival), at=NOON, reason=REASON)

    assert promised(fund) == 20_00
    make.order({kettle: 2}, at=NOON - timedelta(seconds=1))  # priced before, written after
    assert promised(fund, NOON + sponsors.GRACE) == 2_00


def test_what_open_orders_hold_stays_promised_until_they_are_paid_or_end(festival, kettle):
    fund = fund_of(festival)
    subsidised(kettle, festival, fund)
    late, lost = (make.order({kettle: n}, at=END - HOUR / 60) for n in (2, 3))

    over = END + sponsors.GRACE
    assert promised(fund, over) == 5_00
    end.expire(end.lock(lost.pk), at=over)
    pay(late, at=over)

    assert promised(fund, over) == 2_00


def test_a_void_price_gives_back_its_sponsors_money_with_the_last_open_order(festival, kettle):
    fund = fund_of(festival)
    deal = subsidised(kettle, festival, fund)
    order = make.order({kettle: 2})

    void.end_price(deal, reason=REASON, at=NOON + HOUR)
    assert promised(fund) == 2_00
    end.expire(end.lock(order.pk), at=NOON + HOUR)

    assert promised(fund, NOON + HOUR) == 0
    with pytest.raises(Unavailable):  # money that came late is sent back
        end.mark_paid(end.lock(order.pk), at=NOON + HOUR)


def test_what_sponsors_promised_for_benefits_goes_back_when_the_festival_ends(festival):
    fund = fund_of(festival)
    facts = {"fund": fund, "budget": 40_00, "organizer_share": 100, "state": "draft", "value": 1}
    for group in ("save", "voucher"):
        manage.activate(make.promotion(festival, group=group, **facts), at=START)
    make.promotion(festival, group="voucher", **facts)  # a draft has promised nothing
    assert promised(fund) == 80_00

    stop.stop_slot(whole(festival), at=NOON, reason=REASON)

    assert promised(fund, NOON + sponsors.GRACE) == 0


def test_a_flash_slot_is_not_extended_past_its_festival(festival):
    slot = flash(festival, END - 2 * HOUR, END - HOUR)

    with pytest.raises(NotPossible, match="with its festival at the latest"):
        extend_slot(slot, END + HOUR, at=END - 90 * HOUR / 60, reason="Rain")


def test_an_extended_festival_does_not_blame_its_zone(festival):
    festival.starts_wall, festival.ends_wall = "2027-05-10 00:00", "2027-05-20 00:00"
    festival.save()

    extend_slot(whole(festival), END + HOUR, at=NOON, reason="Rain")

    festival.refresh_from_db()
    assert festival.ends_wall == "2027-05-20 01:00"
    assert not [f for f in readiness(festival, at=NOON).findings if f.code == "zone"]


def test_a_deal_that_sells_out_while_it_is_paused_gives_no_price_when_it_is_resumed(
    festival, kettle
):
    deal = make.deal(kettle, during=festival, price=5_00, allotment=1)
    pay(make.order({kettle: 1}))
    actions.raise_allotment(deal, 2, at=NOON + HOUR)
    last = make.order({kettle: 1}, at=NOON + HOUR + timedelta(seconds=1))
    actions.pause_deal(deal, at=NOON + 2 * HOUR)
    pay(last, at=NOON + 2 * HOUR + timedelta(seconds=1))

    actions.resume_deal(deal, at=NOON + 3 * HOUR)

    assert Closure.objects.filter(reason="sold_out", ends_at=None).count() == 1
    assert span_price(kettle, NOON + 4 * HOUR) == 20_00


def test_what_is_withdrawn_takes_no_more_units_and_no_money(festival, kettle):
    slot, fund = flash(festival), fund_of(festival)
    nomination = make.nomination(kettle, during=slot, price=15_00, allotment=5,
                                 subsidy=1_00, fund=fund)  # fmt: skip
    (deal,) = approve.approve(nomination, at=START)
    stop.stop_slot(slot, at=NOON, reason=REASON)

    with pytest.raises(NotPossible, match="Only a running or coming deal"):
        actions.raise_allotment(deal, 50, at=NOON)

    fund.refresh_from_db()
    assert fund.committed == 0


def test_a_festival_that_is_published_late_changes_no_price_of_the_past():
    festival, kettle = make.festival(state="draft"), make.variant(20_00)
    make.deal(kettle, during=festival, price=5_00)
    late = START + 2 * HOUR

    publish_festival(festival, at=late)

    (terms,) = timelines([kettle.product_id])[kettle.product_id].values()
    span = PriceSpan.objects.get(
        variant=kettle, starts_at__lte=late - HOUR, ends_at__gt=late - HOUR
    )
    assert span.price == span_at(terms, late - HOUR).price == 20_00
    assert span_price(kettle, late) == span_at(terms, late).price == 5_00


def test_a_festival_is_not_closed_while_an_order_may_still_use_its_benefit(festival, kettle):
    make.promotion(festival, group="merchant", merchant=kettle.product.merchant, value=5_00)
    order = make.order({kettle: 1}, at=END - timedelta(minutes=5))
    assert order.discount == 5_00

    with pytest.raises(NotPossible, match="1 order of it is not paid yet"):
        close_festival(festival, at=END + HOUR, by=make.user(), reason="Now")
