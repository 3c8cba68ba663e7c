"""One deal ends early, for good: at once or at a given time, with its fence and a reason."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible, PriceChanged, ShopError
from shop.festivals.deals import reserved_stock
from shop.festivals.deals.actions import pause_deal, raise_allotment, resume_deal
from shop.festivals.models import ChangeLog, Fund, Nomination
from shop.festivals.promotions import sponsors
from shop.festivals.schedule.stop import stop_deal
from shop.orders.models import Order
from shop.orders.reconcile import differences
from tests import make
from tests.agreeing import extend_agreed
from tests.buying import buying, pay, span_price
from tests.crowd import at_once
from tests.make import END, NOON, START
from tests.queue import run_queued_work
from tests.truth import fence_differences, past, span_differences

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
pytestmark = pytest.mark.django_db


def stop(deal, **facts):
    return stop_deal(deal, **{"at": NOON, "reason": "Moths"} | facts)


@pytest.fixture
def deal():
    kettle = make.variant(20_00, on_hand=10)
    return make.deal(kettle, during=make.festival(), price=15_00, allotment=6)


def test_a_stopped_deal_frees_its_fence_and_open_orders_keep_their_price(deal):
    kettle = deal.variant
    other = make.deal(make.variant(30_00), during=deal.slot, price=25_00)
    order = make.order({kettle: 2}, at=NOON - HOUR / 4)
    was = past([kettle.product_id], NOON)

    assert stop(deal) == NOON

    assert (span_price(kettle, NOON - MICROSECOND), span_price(kettle, NOON)) == (15_00, 20_00)
    assert reserved_stock.set_aside([kettle.pool_id], at=NOON) == {}
    assert make.order({kettle: 8}).total == 8 * 20_00
    pay(order, at=NOON + HOUR / 4)
    order.refresh_from_db()
    assert (order.state, order.total) == (Order.State.PAID, 30_00)
    other.refresh_from_db()
    assert other.effective_to == END
    assert past([kettle.product_id], NOON) == was
    assert span_differences([kettle.product_id], [NOON - HOUR, NOON, END]) == []
    assert fence_differences([kettle.product_id], [NOON - HOUR, NOON, END]) == []


def test_a_deal_ends_at_a_given_time_and_can_be_stopped_earlier_still(deal):
    later = NOON + 5 * HOUR

    assert stop(deal, ends_at=later) == later
    assert span_price(deal.variant, later - MICROSECOND) == 15_00
    assert span_price(deal.variant, later) == 20_00
    assert stop(deal, at=NOON + HOUR) == NOON + HOUR

    deal.refresh_from_db()
    assert deal.effective_to == NOON + HOUR
    assert [row.after["ends_at"] for row in ChangeLog.objects.filter(action="stop").order_by("pk")]


def test_a_deal_that_never_began_is_withdrawn_with_its_nomination(deal):
    first = START - HOUR
    stop(deal, at=first)

    deal.refresh_from_db()
    assert deal.state == "withdrawn"
    assert Nomination.objects.get(pk=deal.nomination_id).state == "withdrawn"
    assert span_price(deal.variant, NOON) == 20_00


def test_a_nomination_keeps_its_other_deals():
    kettle = make.variant(20_00)
    pot = make.variant(30_00, of=kettle.product)
    of_kettle = make.deal(kettle, during=make.festival(), percent=20)

    stop(of_kettle, at=START - HOUR)

    of_pot = pot.deals.get()
    assert (of_pot.state, of_pot.nomination.state) == ("approved", "approved")
    assert span_price(pot, NOON) == 20_00  # the kettle speaks for the product
    of_pot.refresh_from_db()
    assert of_pot.effective_to == END


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"reason": " "}, "Say why"),
        ({"ends_at": NOON - MICROSECOND}, "has passed"),
        ({"ends_at": END}, "over by then"),
        ({"at": END}, "over by then"),
    ],
)
def test_a_stop_without_a_reason_in_the_past_or_after_the_end_is_refused(deal, facts, said):
    with pytest.raises(NotPossible, match=said):
        stop(deal, **facts)

    assert not ChangeLog.objects.filter(action="stop").exists()


def test_a_stop_is_final(deal):
    pause_deal(deal, at=NOON)
    stop(deal, at=NOON + HOUR)
    late = NOON + 2 * HOUR

    with pytest.raises(NotPossible, match="over"):
        stop(deal, at=late)
    with pytest.raises(NotPossible, match="over"):
        resume_deal(deal, at=late)
    with pytest.raises(NotPossible, match="running or coming"):
        raise_allotment(deal, 9, at=late)
    extend_agreed(deal.slot, END + HOUR, at=late)

    assert span_price(deal.variant, END) == 20_00
    assert span_differences([deal.variant.product_id], [NOON, late, END]) == []


@pytest.mark.parametrize(("at", "later", "left"), [
    (START - HOUR, START - HOUR, 0), (NOON, NOON + HOUR, 2_00),
], ids=["before it began", "while it ran"])  # fmt: skip
def test_the_money_that_a_sponsor_promised_to_a_stopped_deal_is_free_again(at, later, left):
    festival = make.festival()
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=10_00)
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=festival, price=15_00, allotment=10, subsidy=1_00, fund=fund)
    if at == NOON:
        pay(make.order({kettle: 2}))

    stop(deal, at=at)
    if later > at:  # an order that was priced in the last second may still be written
        sponsors.reckon_all(at=later)

    fund.refresh_from_db()
    assert fund.committed == left


def test_the_store_reads_in_its_language_when_and_why_its_deal_ends(deal, mailoutbox):
    user = make.member(deal.variant.product.merchant)
    type(user).objects.filter(pk=user.pk).update(language="fr")

    stop(deal, ends_at=NOON + HOUR, by=make.user())
    run_queued_work()

    (mail,) = mailoutbox
    assert mail.subject.startswith("Fin anticipée")
    assert "mettent fin plus tôt" in mail.body
    assert "12 mai 2027, 13:00 (temps universel coordonné)" in mail.body
    assert "Moths" in mail.body


def test_the_store_of_a_deal_that_never_begins_reads_that_it_is_taken_back(deal, mailoutbox):
    make.member(deal.variant.product.merchant)

    stop(deal, at=START - HOUR, by=make.user())
    run_queued_work()

    (mail,) = mailoutbox
    assert "Taken back" in mail.subject
    assert "before it begins" in mail.body


@pytest.mark.django_db(transaction=True)
def test_a_deal_is_stopped_while_shoppers_press_pay():
    kettle = make.variant(20_00, on_hand=40)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=30)
    crowd = [buying(make.cart({kettle: 1})) for _ in range(24)]
    orders = [make.order({kettle: 1}) for _ in range(6)]
    payers = [lambda order=order: pay(order) for order in orders]

    results = at_once([*crowd[:12], lambda: stop(deal), *payers, *crowd[12:]], threads=31)

    refused = [result for result in results if isinstance(result, ShopError)]
    assert {type(result) for result in refused} <= {PriceChanged}
    assert set(Order.objects.values_list("total", flat=True)) == {15_00}
    deal.refresh_from_db()
    assert (deal.held, deal.sold, deal.effective_to) == (24 - len(refused), 6, NOON)
    assert differences() == []
