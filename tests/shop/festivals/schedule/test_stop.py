"""Cases 77 to 79: a festival is extended once, stopped now, and never in the past."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible
from shop.festivals.deals.actions import pause_deal, resume_deal
from shop.festivals.models import (
    ChangeLog,
    Deal,
    Festival,
    Fund,
    Nomination,
    PriceSpan,
    Promotion,
)
from shop.festivals.nominations import approve
from shop.festivals.promotions import sponsors
from shop.festivals.schedule.extend import extend_slot
from shop.festivals.schedule.stop import cancel_festival, stop_slot
from shop.orders.cart.pricing import price_cart
from shop.orders.effects import effect_on_slot
from shop.orders.models import Order
from shop.orders.place import place_order
from shop.people.accounts.models import User
from tests import make
from tests.agreeing import extend_agreed
from tests.buying import pay, span_price
from tests.crowd import at_once
from tests.make import END, NOON, START
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
HALF_PAST_NINE = START + timedelta(days=8, hours=9, minutes=30)
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def kettle():
    return make.variant(20_00)


def whole(festival):
    return festival.slots.get(kind="whole")


def stop(slot, *, at=HALF_PAST_NINE, **facts):
    return stop_slot(slot, at=at, **{"reason": "The power is out"} | facts)


def total(variant, at):
    return price_cart(make.cart({variant: 1}, at=at), at=at).quote.total


def test_case_77_a_festival_is_extended_once_with_a_public_reason(festival, kettle):
    make.deal(kettle, during=festival, price=15_00)
    later = END + timedelta(days=2)

    extend_agreed(whole(festival), later, at=NOON)
    festival.refresh_from_db()
    assert festival.ends_at == later
    assert (span_price(kettle, later - MICROSECOND), span_price(kettle, later)) == (15_00, 20_00)
    assert ChangeLog.objects.get(action="extend").reason == "Rain"

    with pytest.raises(NotPossible, match="extended already"):
        extend_slot(whole(festival), later + HOUR, at=NOON, reason="More rain")
    with pytest.raises(NotPossible, match="a reason"):
        extend_slot(make.slot(festival), later, at=NOON, reason=" ")


def test_case_78_a_stop_counts_from_its_instant_and_open_orders_keep_their_price(festival, kettle):
    make.deal(kettle, during=festival, price=15_00)
    asked = HALF_PAST_NINE - timedelta(minutes=5)
    orders = [make.order({kettle: 1}, at=asked) for _number in range(17)]

    effect = effect_on_slot(whole(festival))
    assert (effect.open_orders, effect.until) == (17, asked + timedelta(minutes=30))
    assert stop(whole(festival)) == HALF_PAST_NINE

    assert total(kettle, HALF_PAST_NINE - MICROSECOND) == 15_00
    assert total(kettle, HALF_PAST_NINE) == span_price(kettle, HALF_PAST_NINE) == 20_00
    for order in orders:
        pay(order, at=HALF_PAST_NINE + timedelta(minutes=10))
    assert set(Order.objects.values_list("state", "total")) == {("paid", 15_00)}
    change = ChangeLog.objects.get(action="stop")
    assert (change.reason, change.after["ends_at"]) == (
        "The power is out", HALF_PAST_NINE.isoformat(),
    )  # fmt: skip


def test_case_78_stopping_in_the_past_is_refused(festival, kettle):
    make.deal(kettle, during=festival, price=15_00)
    before = list(PriceSpan.objects.values_list("starts_at", "ends_at", "price"))

    with pytest.raises(NotPossible, match="has passed"):
        stop(whole(festival), ends_at=HALF_PAST_NINE - MICROSECOND)

    assert list(PriceSpan.objects.values_list("starts_at", "ends_at", "price")) == before


def test_case_79_what_is_over_is_neither_extended_nor_stopped(festival):
    with pytest.raises(NotPossible, match="Make a new slot"):
        extend_slot(whole(festival), END + HOUR, at=END, reason="Rain")
    with pytest.raises(NotPossible, match="over by then"):
        stop(whole(festival), at=END)


def test_a_stop_may_be_said_before_it_comes(festival, kettle):
    make.deal(kettle, during=festival, price=15_00)
    tonight = NOON + timedelta(hours=8)

    assert stop(whole(festival), at=NOON, ends_at=tonight) == tonight

    assert (span_price(kettle, tonight - MICROSECOND), span_price(kettle, tonight)) == (
        15_00,
        20_00,
    )


def test_a_stop_in_the_instant_of_another_change_ends_after_it(festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00)
    pause_deal(deal, at=NOON)
    resume_deal(deal, at=NOON)

    until = stop(whole(festival), at=NOON)

    festival.refresh_from_db()
    assert festival.ends_at == until == NOON + 2 * MICROSECOND
    assert span_price(kettle, until) == 20_00
    assert span_price(kettle, until - MICROSECOND) == 15_00


def test_a_stop_needs_a_reason(festival):
    with pytest.raises(NotPossible, match="Say why"):
        stop(whole(festival), reason=" ")


def test_with_the_festival_its_slots_and_benefits_end(festival, kettle):
    now = make.slot(festival, starts_at=HALF_PAST_NINE - HOUR, ends_at=HALF_PAST_NINE + HOUR)
    later = make.slot(festival, starts_at=HALF_PAST_NINE + HOUR, ends_at=HALF_PAST_NINE + 3 * HOUR)
    over = make.slot(festival, starts_at=START, ends_at=START + HOUR)
    running_deal = make.deal(kettle, during=now, price=15_00)
    late_deal = make.deal(make.variant(20_00, on_hand=5), during=later, price=15_00, allotment=5)
    promotion = make.promotion(festival, value=1_00, claim_to=END)
    late = make.promotion(festival, value=1_00, use_from=END - HOUR, group="voucher")

    stop(whole(festival))

    for row in (now, later, over, running_deal, late_deal, promotion, late):
        row.refresh_from_db()
    assert (now.ends_at, now.ends_wall, now.cancelled_at) == (HALF_PAST_NINE, "", None)
    assert (later.cancelled_at, over.ends_at) == (HALF_PAST_NINE, START + HOUR)
    assert (running_deal.effective_to, late_deal.state) == (HALF_PAST_NINE, Deal.State.WITHDRAWN)
    assert late_deal.nomination.state == Nomination.State.WITHDRAWN
    assert (promotion.use_to, promotion.claim_to) == (HALF_PAST_NINE, HALF_PAST_NINE)
    assert late.state == Promotion.State.ENDED_EARLY
    # What was set aside for the slot that never came can be bought again.
    assert total(late_deal.variant, HALF_PAST_NINE) == 20_00


def test_a_flash_slot_ends_alone(festival, kettle):
    flash = make.slot(festival, starts_at=HALF_PAST_NINE - HOUR, ends_at=HALF_PAST_NINE + HOUR)
    make.deal(kettle, during=flash, price=13_00)
    make.deal(kettle, during=festival, price=15_00)

    stop(flash)

    festival.refresh_from_db()
    assert festival.ends_at == END
    assert span_price(kettle, HALF_PAST_NINE - MICROSECOND) == 13_00
    assert span_price(kettle, HALF_PAST_NINE) == 15_00


def test_a_slot_that_has_not_begun_is_called_off_with_its_deals(festival, kettle):
    flash = make.slot(festival, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)
    deal = make.deal(kettle, during=flash, price=13_00)

    stop(flash, at=NOON)

    deal.refresh_from_db()
    flash.refresh_from_db()
    assert (deal.state, flash.cancelled_at) == (Deal.State.WITHDRAWN, NOON)
    assert span_price(kettle, NOON + HOUR) == 20_00


def test_a_festival_that_has_not_begun_is_called_off_and_not_stopped(festival, kettle):
    make.deal(kettle, during=festival, price=15_00)
    before = START - HOUR
    with pytest.raises(NotPossible, match="Call it off"):
        stop(whole(festival), at=before)

    cancel_festival(festival, at=before, reason="No permit")

    festival.refresh_from_db()
    assert festival.state == Festival.State.CANCELLED
    assert span_price(kettle, START) == total(kettle, NOON) == 20_00
    with pytest.raises(NotPossible, match="is over"):
        cancel_festival(festival, at=before, reason="No permit")


def test_a_festival_that_runs_is_not_called_off(festival):
    with pytest.raises(NotPossible, match="Stop it instead"):
        cancel_festival(festival, at=START, reason="No permit")


@pytest.mark.django_db(transaction=True)
def test_whoever_pays_while_it_is_stopped_pays_one_price_or_the_other(festival, kettle):
    make.deal(kettle, during=festival, price=15_00, allotment=50)
    carts = [make.cart({kettle: 1}) for _number in range(12)]
    agreed = make.agreed(carts[0])

    def buy(who):
        return lambda: place_order(who, agreed=make.agreed(who), at=NOON).order.total

    results = at_once([lambda: stop(whole(festival), at=NOON), *map(buy, carts)])

    assert agreed.total == 15_00
    assert {r for r in results[1:] if isinstance(r, int)} <= {15_00, 20_00}
    assert span_price(kettle, NOON + timedelta(seconds=1)) == 20_00


def test_a_sponsor_gets_back_what_was_promised_for_units_that_nobody_bought(festival, kettle):
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=100_00)
    nomination = make.nomination(kettle, during=festival, price=15_00, allotment=20,
                                 subsidy=1_00, fund=fund)  # fmt: skip
    approve.approve(nomination, at=START)
    fund.refresh_from_db()
    assert fund.committed == 20_00
    pay(make.order({kettle: 2}))

    stop(whole(festival))
    sponsors.reckon_all(at=HALF_PAST_NINE + sponsors.GRACE)

    fund.refresh_from_db()
    assert fund.committed == 2_00


def test_the_stores_of_a_festival_that_ends_early_are_told_why(festival, kettle, mailoutbox):
    make.deal(kettle, during=festival, price=15_00)
    member = make.member(kettle.product.merchant)
    make.member(make.merchant())  # of a store that has nothing to do with it

    stop(whole(festival), reason="The power is out")
    run_queued_work()

    [mail] = mailoutbox
    assert mail.to == [member.email]
    assert mail.subject == f"{festival.title} ends early"
    assert "09:30 (Coordinated Universal Time)" in mail.body
    assert "The reason: The power is out" in mail.body
    assert "Orders that were placed before keep their price." in mail.body


@pytest.mark.parametrize("at", [START - HOUR, NOON + HOUR / 2])
def test_a_slot_that_is_stopped_does_not_say_that_the_festival_is(festival, kettle, mailoutbox, at):
    flash = make.slot(festival, label="Lunch", starts_at=NOON, ends_at=NOON + HOUR)
    make.deal(kettle, during=flash, price=15_00)
    make.member(kettle.product.merchant)

    stop(flash, at=at, reason="Rain")
    run_queued_work()

    [mail] = mailoutbox
    assert mail.subject.startswith(f"Lunch in {festival.title} ")
    assert mail.subject.endswith("will not take place" if at < NOON else "ends early")


def test_the_stores_of_what_is_called_off_are_told_in_their_language(festival, kettle, mailoutbox):
    flash = make.slot(festival, label="Lunch", starts_at=NOON, ends_at=NOON + HOUR)
    make.deal(kettle, during=flash, price=15_00)
    make.member(kettle.product.merchant)
    User.objects.update(language="fr")
    in_french = f"{festival.title} n’aura pas lieu"

    stop(flash, at=START - HOUR, reason="Grève")
    cancel_festival(festival, at=START - HOUR / 2, reason="Grève")
    run_queued_work()

    of_the_slot = f"{festival.title}\N{NO-BREAK SPACE}: le créneau Lunch n’aura pas lieu"
    assert [mail.subject for mail in mailoutbox] == [of_the_slot, in_french]
    assert all("Grève" in mail.body and "prix habituels" in mail.body for mail in mailoutbox)
