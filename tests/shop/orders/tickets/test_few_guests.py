"""A date with a least number of guests takes place or is called off, as was said, at its hour."""

from datetime import timedelta

import pytest
from django.core import mail

from shop.catalogue.date_plans import PlanWish
from shop.catalogue.models import DatePlan, Variant
from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog
from shop.money.payments.call_off import call_off, to_give_back
from shop.money.payments.operations import run_operations
from shop.money.payments.visits.few_guests import decide, decide_few, let_it_take_place
from shop.orders.models import Order
from shop.orders.tickets.change import SessionWish, change_session
from shop.storefront.listings.sessions import Plan, open_sessions
from tests import make
from tests.make import LONG_AGO, NOON
from tests.paying import assert_books_agree, begin, deliver
from tests.queue import run_queued_work
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import DAY, KINDS, bought

pytestmark = pytest.mark.django_db
BEGINS = NOON + timedelta(hours=50)
DUE = NOON + timedelta(hours=2)
CALL_OFF, TAKE_PLACE = DatePlan.IfFew.CALL_OFF, DatePlan.IfFew.TAKE_PLACE


def date(least=4, *, if_few=DatePlan.IfFew.ASK, of=None, starts=BEGINS, **told) -> Variant:
    """Return the adult's ticket of a new date that takes place from so many guests on."""
    plan = Plan("Africa/Nairobi", 12, KINDS, timedelta(hours=1), PlanWish(None, least, 48, if_few))
    return open_sessions(of or visits.experience(**told), [starts], plan, at=LONG_AGO)[0]


def pool_of(seat) -> Pool:
    return Pool.objects.get(pk=seat.pool_id)


def plan_of(seat) -> DatePlan:
    return DatePlan.objects.get(pool=seat.pool_id)


def change(seat, *, at=NOON, seats=12, starts=None, **plan):
    """Change a date as its host does."""
    starts = starts or Variant.objects.get(pk=seat.pk).session_start
    wish = SessionWish(seats, starts, plan=PlanWish(**plan))
    change_session(pool_of(seat), wish, at=at, by=visits.host_of(seat))


def is_off(seat) -> bool:
    return Variant.objects.get(pk=seat.pk).cancelled_at is not None


def to(address) -> list[str]:
    return [sent.subject for sent in mail.outbox if sent.to == [address]]


def test_nothing_is_decided_before_its_hour(till):
    seat = date(if_few=CALL_OFF)
    bought(till, {seat: 1})

    assert decide_few(at=DUE - timedelta(seconds=1)) == 0
    assert not decide(seat.pool_id, at=DUE - timedelta(seconds=1))
    assert (plan_of(seat).settled_at, is_off(seat)) == (None, False)


def test_with_too_few_guests_it_is_called_off_and_all_money_goes_back(till):
    seat = date(if_few=CALL_OFF)
    order = bought(till, {seat: 3})
    mail.outbox.clear()

    assert decide_few(at=DUE) == 1
    run_queued_work()
    run_operations(at=DUE)
    deliver(till)
    run_queued_work()

    assert is_off(seat)
    assert plan_of(seat).settled_at == DUE
    assert order.refunds.get().amount == order.total
    [told] = [sent for sent in mail.outbox if sent.to == [order.contact.email]
              and "will not take place" in sent.subject]  # fmt: skip
    assert "Too few guests have booked." in told.body
    assert_books_agree()


def test_the_reason_is_said_in_the_guests_language(till):
    seat = date(if_few=CALL_OFF)
    order = bought(till, {seat: 1})
    Order.objects.filter(pk=order.pk).update(language="fr")
    decide_few(at=DUE)
    run_queued_work()

    assert order.refunds.get().reason == "Trop peu de personnes ont réservé."


def test_with_enough_guests_it_takes_place_and_they_are_told(till):
    seat = date(if_few=CALL_OFF)
    family = seat.pool.variants.get(units_per_item=4)
    order = bought(till, {family: 1})
    mail.outbox.clear()

    assert decide_few(at=DUE) == 1
    run_queued_work()

    assert not is_off(seat)
    assert [s for s in to(order.contact.email) if "takes place" in s]
    assert decide_few(at=DUE + DAY) == 0


def test_the_host_is_asked_once_and_silence_lets_it_take_place(till):
    seat = date()
    host = visits.host_of(seat)
    order = bought(till, {seat: 1})
    mail.outbox.clear()

    decide_few(at=DUE)
    decide_few(at=DUE + timedelta(minutes=1))
    run_queued_work()
    assert [said for said in to(host.email) if said.startswith("Does it take place? Dyeing on")]
    assert len(to(host.email)) == 2  # beside what was ordered
    assert plan_of(seat).asked_at == DUE
    assert not is_off(seat)

    decide_few(at=BEGINS)
    run_queued_work()
    assert plan_of(seat).settled_at == BEGINS
    assert [s for s in to(order.contact.email) if "takes place" in s]


def test_a_host_who_was_asked_lets_it_take_place(till):
    seat = date()
    order = bought(till, {seat: 1})
    decide_few(at=DUE)
    mail.outbox.clear()

    let_it_take_place(seat.pool_id, at=DUE + timedelta(hours=1), by=visits.host_of(seat))
    run_queued_work()

    assert [s for s in to(order.contact.email) if "takes place" in s]
    with pytest.raises(NotPossible, match="decided already"):
        let_it_take_place(seat.pool_id, at=DUE + timedelta(hours=2), by=visits.host_of(seat))


def test_a_host_who_was_asked_calls_it_off(till):
    seat = date()
    bought(till, {seat: 1})
    decide_few(at=DUE)
    call_off(pool_of(seat), reason="Only one guest", at=DUE, by=visits.host_of(seat))

    assert decide(seat.pool_id, at=DUE + timedelta(minutes=1))
    with pytest.raises(NotPossible, match="called off already"):
        let_it_take_place(seat.pool_id, at=DUE + timedelta(hours=1), by=visits.host_of(seat))


def test_guests_who_come_late_to_a_host_who_was_asked_decide_it(till):
    seat = date()
    bought(till, {seat: 1})
    decide_few(at=DUE)
    bought(till, {seat: 3}, at=DUE + timedelta(hours=1))

    assert decide_few(at=DUE + timedelta(hours=2)) == 1
    assert plan_of(seat).settled_at == DUE + timedelta(hours=2)


def test_who_is_paying_at_that_moment_is_waited_for(till):
    seat = date(if_few=CALL_OFF)
    bought(till, {seat: 3})
    payment = begin(make.cart({seat: 1}, at=DUE), at=DUE)

    assert decide_few(at=DUE) == 0
    assert not is_off(seat)

    till.pay(payment.session_id)
    deliver(till)
    assert decide_few(at=DUE + timedelta(minutes=2)) == 1
    assert not is_off(seat)


def test_where_it_takes_place_anyway_nobody_is_told_of_it(till):
    seat = date(if_few=TAKE_PLACE)
    order = bought(till, {seat: 1})
    run_queued_work()
    mail.outbox.clear()
    decide_few(at=DUE)
    run_queued_work()

    assert plan_of(seat).settled_at == DUE
    assert to(order.contact.email) == []
    assert Variant.objects.select_related("pool__plan").get(pk=seat.pk).promise is None


@pytest.mark.parametrize(
    "harder",
    [
        {"least": 5, "hours": 48, "if_few": CALL_OFF},
        {"least": 4, "hours": 24, "if_few": CALL_OFF},
    ],
)
def test_for_whom_has_booked_it_becomes_no_harder(till, harder):
    seat = date(if_few=CALL_OFF)
    change(seat, **harder)
    change(seat, least=4, hours=48, if_few=CALL_OFF)
    bought(till, {seat: 1})

    with pytest.raises(NotPossible, match="Somebody has booked"):
        change(seat, **harder)

    change(seat, least=3, hours=48, if_few=CALL_OFF)
    assert plan_of(seat).least_guests == 3
    change(seat)
    assert plan_of(seat).decides_at is None


def test_who_pays_at_this_moment_counts_as_booked(till):
    seat = date(None)
    begin(make.cart({seat: 1}), at=NOON)

    with pytest.raises(NotPossible, match="Somebody has booked"):
        change(seat, least=2)
    change(seat, least=2, if_few=TAKE_PLACE)
    with pytest.raises(NotPossible, match="Somebody has booked"):
        change(seat, least=2, if_few=CALL_OFF)


def test_a_date_that_moves_is_decided_as_long_before(till):
    seat = date(if_few=CALL_OFF)
    bought(till, {seat: 1})
    change(seat, starts=BEGINS + DAY, least=4, hours=48, if_few=CALL_OFF)

    assert plan_of(seat).decides_at == DUE + DAY
    assert decide_few(at=DUE) == 0


def test_a_plan_that_cannot_be_is_refused():
    seat = date(None)
    other = make.member(visits.merchant(name="Another", slug="another"))
    for plan, why in [
        ({"least": 13}, "fewer seats"),
        ({"least": 2, "hours": 30}, "Choose when"),
        ({"least": 2, "hours": 48, "at": BEGINS - DAY}, "decided by now"),
        ({"guide": other.memberships.get().pk}, "your team"),
    ]:
        with pytest.raises(NotPossible, match=why):
            change(seat, **plan)
    assert not DatePlan.objects.exists()
    change(seat, least=4)
    with pytest.raises(NotPossible, match="fewer seats"):
        change(seat, seats=3, least=4)


def test_what_is_decided_stays():
    seat = date(if_few=TAKE_PLACE)
    decide_few(at=DUE)

    with pytest.raises(NotPossible, match="decided already"):
        change(seat, at=DUE, least=2)
    host = visits.host_of(seat)
    change(seat, at=DUE, least=4, if_few=TAKE_PLACE, guide=host.memberships.get().pk)
    assert plan_of(seat).guide.user == host


def test_dates_that_would_be_decided_by_now_are_not_opened():
    with pytest.raises(NotPossible, match="decided by now"):
        date(starts=LONG_AGO + timedelta(hours=47))
    assert not Pool.objects.filter(variants__session_start__isnull=False).exists()


def test_what_goes_back_is_said_before(till):
    seat = date(None)
    first = bought(till, {seat: 2})
    second = bought(till, {seat: 1})

    back = to_give_back(seat.pool_id)

    assert (back.orders, back.amount, back.funded) == (2, first.total + second.total, 0)


def test_whoever_was_told_of_a_number_is_told_when_any_will_do(till):
    seat = date(if_few=CALL_OFF)
    order = bought(till, {seat: 1})
    run_queued_work()
    mail.outbox.clear()

    change(seat)
    run_queued_work()

    assert [said for said in to(order.contact.email) if "takes place" in said]
    assert decide_few(at=DUE) == 0


def test_who_called_a_date_off_and_that_the_shop_did_stands_in_the_log(till):
    by_host, by_shop = date(None), date(if_few=CALL_OFF, of=None)
    call_off(pool_of(by_host), reason="Storm", at=NOON, by=visits.host_of(by_host))
    decide_few(at=DUE)

    lines = ChangeLog.objects.filter(action="call date off").order_by("pk")
    assert [(line.subject_id, line.reason) for line in lines] == [
        (by_host.product_id, "Storm"), (by_shop.product_id, Variant.TOO_FEW)
    ]  # fmt: skip
    assert [line.by is None for line in lines] == [False, True]
