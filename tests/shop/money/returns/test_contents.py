"""Orders that leave in several parcels: what is in each, what is left, and what may be asked."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible, StaleState
from shop.money.returns.answer import cannot_send, pay_back
from shop.money.returns.ask import Wish, ask
from shop.money.returns.replace import came, send, send_again
from shop.money.returns.rules import kinds_of, lines_left
from shop.money.settlements.models import Settlement
from shop.orders.after_sale.contents import left_to_send, units_of
from shop.orders.models import Replacement, Shipment, Suborder
from shop.orders.reconcile import differences
from shop.orders.ship import mend_parcel, ship
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.money.returns.sold import DAY, paid

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(till):
    """A paid order of three cups and a pot, of one store."""
    cup = make.variant(20_00, on_hand=10)
    pot = make.variant(50_00, on_hand=10, of=make.product(of=cup.product.merchant, title="Pot"))
    return paid(till, {cup: 3, pot: 1}).suborders.select_related("merchant", "order").get()


def cups(part):
    return part.lines.get(quantity=3)


def leaves(part, units=None, *, at=NOON, **facts):
    told = {"carrier": "DHL", "tracking_number": "1", "by": make.member(part.merchant)}
    made = ship(part, **told, units=units, at=at, **facts)
    part.refresh_from_db()
    return made


def pool(line):
    found = Pool.objects.get(pk=line.pool_id)
    return found.on_hand, found.sold


def left(part):
    return {line.pk: count for line, count in left_to_send(part).items()}


def test_an_order_leaves_in_two_parcels_and_each_knows_its_contents(part):
    line = cups(part)

    first = leaves(part, {line.pk: 2})

    assert (part.state, part.is_partly_sent, pool(line)) == ("waiting", True, (8, 1))
    assert left(part) == {line.pk: 1, part.lines.get(quantity=1).pk: 1}
    assert list(first.lines.values_list("line", "quantity")) == [(line.pk, 2)]
    assert differences() == []

    second = leaves(part)

    assert (part.state, pool(line), left(part)) == ("shipped", (7, 0), {})
    assert second.lines.count() == 2
    assert differences() == []


@pytest.mark.parametrize("units", [{}, {"cups": 0}, {"cups": 4}, {"cups": -1}, {"other": 1}])
def test_an_empty_parcel_and_more_than_is_left_are_refused(part, units):
    ids = {"cups": cups(part).pk, "other": 10**9}

    with pytest.raises(NotPossible):
        leaves(part, {ids[name]: count for name, count in units.items()})

    assert not Shipment.objects.exists()
    assert pool(cups(part)) == (10, 3)


def test_a_second_press_of_the_button_is_no_second_parcel(part):
    line = cups(part)
    leaves(part, {line.pk: 1}, before=0)

    with pytest.raises(StaleState):
        leaves(part, {line.pk: 1}, before=0)

    assert units_of([line])[line.pk].sent == 1


def test_what_cannot_be_sent_after_a_parcel_has_left_makes_the_order_sent(part):
    line, pot = cups(part), part.lines.get(quantity=1)
    leaves(part, {line.pk: 3})
    by = make.member(part.merchant)

    with pytest.raises(NotPossible):
        cannot_send(part.pk, {line.pk: 1}, are_there=True, reason="Broken", at=NOON, by=by)
    refund = cannot_send(part.pk, {pot.pk: 1}, are_there=True, reason="Broken", at=NOON, by=by)

    part.refresh_from_db()
    assert refund.lines.get().unsent == 1
    assert (part.state, part.release_at, pool(pot)) == ("shipped", None, (10, 0))
    assert differences() == []


def test_a_shopper_cancels_what_is_left_and_returns_what_has_left(part):
    line = cups(part)
    leaves(part, {line.pk: 2})
    order = part.order

    assert kinds_of(part, at=NOON) == ("cancel", "return")
    assert [row.units for row in lines_left(part, "cancel", at=NOON)] == [1, 1]
    assert [row.units for row in lines_left(part, "return", at=NOON)] == [2, 0]
    request = ask(order.pk, part.pk, "return", {line.pk: Wish(2, "mind")}, at=NOON)
    ask(order.pk, part.pk, "cancel", {line.pk: Wish(1, "mind")}, at=NOON)
    pay_back(request.pk, at=NOON, by=make.member(part.merchant), whole=[line.pk])

    part.refresh_from_db()
    assert (part.state, pool(line)) == ("waiting", (10, 0))
    assert left(part) == {part.lines.get(quantity=1).pk: 1}
    assert differences() == []


def test_a_parcel_that_was_lost_leaves_the_rest_to_be_sent(part):
    line = cups(part)
    leaves(part, {line.pk: 2})
    late = NOON + 60 * DAY

    assert "missing" in kinds_of(part, at=late)
    request = ask(part.order_id, part.pk, "missing", {line.pk: Wish(2, "missing")}, at=late)
    refund = pay_back(request.pk, at=late, by=make.member(part.merchant))

    assert (refund.cause, refund.lines.get().unsent) == ("lost", 0)
    assert left(part) == {line.pk: 1, part.lines.get(quantity=1).pk: 1}
    assert pool(line) == (8, 1)
    assert differences() == []


def test_a_replacement_of_the_first_parcel_releases_no_earnings(part):
    line, by = cups(part), make.member(part.merchant)
    leaves(part, {line.pk: 2})
    again = send_again(part.pk, {line.pk: 2}, reason="Broken", at=NOON, by=by)
    send(again.pk, carrier="DHL", tracking_number="", at=NOON, by=by)

    came(again.pk, Suborder.Arrival.SHOPPER, at=NOON + 3 * DAY)

    part.refresh_from_db()
    assert Replacement.objects.get().state == "delivered"
    assert (part.state, part.release_at, Settlement.objects.count()) == ("waiting", None, 0)
    assert differences() == []


def test_the_number_of_the_first_parcel_can_be_corrected(part):
    first = leaves(part, {cups(part).pk: 1})

    told = {"carrier": "DHL", "tracking_number": "2", "by": make.member(part.merchant)}
    assert mend_parcel(first, **told, at=NOON + timedelta(hours=1))


def test_the_mail_says_what_is_in_the_parcel_and_what_follows(part, mailoutbox):
    leaves(part, {cups(part).pk: 2})
    run_queued_work()
    (told,) = [said.body for said in mailoutbox if "has sent" in said.subject]

    inside, _head, follows = told.partition("Still to come")
    assert "2 ×" in inside
    assert "Pot" not in inside
    assert "1 ×" in follows
    assert "Pot" in follows
