"""Another meeting point that is public is told to whoever has booked, by whichever way it came."""

from datetime import timedelta

import pytest

from shop.catalogue.models import Product, Variant
from shop.merchant.moderation import decide
from shop.merchant.moderation.withdraw import withdraw
from shop.orders.tickets.cancelling import was_moved
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.moderation.proposed import propose
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import bought

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def seat(till):
    return visits.session(visits.experience(meeting_point="Itoku market"))[0]


@pytest.fixture
def order(till, seat, mailoutbox):
    found = bought(till, {seat: 1})
    run_queued_work()
    mailoutbox.clear()
    return found


def place(seat, where, **more):
    """Let the store type another meeting point; return the change that waits, if one does."""
    product = Product.objects.get(pk=seat.product_id)
    return propose(product, visits.host_of(seat), at=LATER, meeting_point=where, **more)


def told(mailoutbox, order):
    run_queued_work()
    return [sent for sent in mailoutbox if sent.to == [order.contact.email]]


def test_it_is_told_once_it_is_approved_and_not_before(seat, order, mailoutbox):
    change = place(seat, "The railway station")
    assert told(mailoutbox, order) == []

    decide.approve(change, seen=change.sent_at, at=LATER, by=make.user())

    [sent] = told(mailoutbox, order)
    assert "another meeting point" in sent.subject
    assert "Meeting point: The railway station" in sent.body
    assert "Until now: Itoku market" in sent.body
    assert [file[0] for file in sent.attachments] == ["session.ics"]
    assert was_moved(order.lines.get())


def test_other_words_tell_nobody(seat, order, mailoutbox):
    change = place(seat, "Itoku market", summary="Blue")
    decide.approve(change, seen=change.sent_at, at=LATER, by=make.user())

    assert told(mailoutbox, order) == []
    assert not was_moved(order.lines.get())


def test_of_what_was_taken_off_sale_it_is_told_at_once(seat, order, mailoutbox):
    product = Product.objects.get(pk=seat.product_id)
    withdraw(product, at=LATER, by=visits.host_of(seat))
    place(seat, "The railway station")

    assert len(told(mailoutbox, order)) == 1


def test_dates_that_are_over_or_called_off_are_left_alone(seat, order, mailoutbox):
    Variant.objects.filter(pool=seat.pool_id).update(session_start=NOON - timedelta(days=1))
    change = place(seat, "The railway station")
    decide.approve(change, seen=change.sent_at, at=LATER, by=make.user())

    assert told(mailoutbox, order) == []
    assert Variant.objects.get(pk=seat.pk).moved_at is None
