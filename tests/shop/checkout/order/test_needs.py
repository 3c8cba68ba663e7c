"""Guests tell their host what they need; the host reads it at the door, and later it is gone."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.money.payments.call_off import call_off
from shop.orders.tickets.change import SessionWish, change_session
from shop.orders.tickets.issue import issue as issue_tickets
from shop.orders.tickets.models import GuestNeeds
from shop.orders.tickets.needs import KEPT_FOR, forget_needs, tell_needs
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.checkout.order.proofs import owner_of, paid_order, stranger
from tests.shop.checkout.steps import link
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import FRIDAY

pytestmark = pytest.mark.django_db
WORDS = "Uses a wheelchair\nno pork"


@pytest.fixture
def seat(clock_at):
    clock_at(NOON)
    return visits.session()[0]


@pytest.fixture
def order(seat):
    return with_tickets({seat: 2})


def with_tickets(wanted):
    """Return a guest's paid order with its tickets."""
    order = paid_order(wanted)
    issue_tickets(order)
    return order


def where(order):
    return link(order, f"visits/{order.lines.get().pk}/needs/")


def test_what_guests_need_stands_on_the_guest_list(order, seat):
    browser = owner_of(order)
    assert where(order) in browser.get(link(order)).text
    assert "a week after the date it is deleted" in browser.get(where(order)).text

    answer = browser.post(where(order), {"words": WORDS}, follow=True)

    assert "Your host sees it on the guest list" in answer.text
    assert "Uses a wheelchair no pork" in browser.get(where(order)).text
    browser.force_login(visits.host_of(seat))
    place = f"/merchant/{seat.product.merchant.slug}/sessions/{seat.pool_id}/"
    for page in ("", "door/", "guests.csv"):
        assert "Uses a wheelchair no pork" in browser.get(place + page).text


def test_it_is_changed_and_taken_back(order):
    browser = owner_of(order)
    browser.post(where(order), {"words": WORDS})
    browser.post(where(order), {"words": "No pork"})
    assert GuestNeeds.objects.get().words == "No pork"

    browser.post(where(order), {"words": " "})
    assert not GuestNeeds.objects.exists()


def test_whoever_has_only_the_link_neither_reads_nor_writes_it(order, clock_at):
    owner_of(order).post(where(order), {"words": WORDS})
    browser = stranger()

    assert "wheelchair" not in browser.get(where(order), follow=True).text
    browser.post(where(order), {"words": "Nothing"})
    assert GuestNeeds.objects.get().words == "Uses a wheelchair no pork"


def test_once_it_has_begun_or_is_called_off_there_is_nothing_to_tell(order, seat, clock_at):
    browser = owner_of(order)
    with pytest.raises(NotPossible):
        tell_needs(order.pk, seat.pool_id, WORDS, at=FRIDAY)
    call_off(Pool.objects.get(pk=seat.pool_id), reason="Rain", at=NOON, by=visits.host_of(seat))

    assert browser.get(where(order)).status_code == 404
    with pytest.raises(NotPossible):
        tell_needs(order.pk, seat.pool_id, WORDS, at=NOON)
    assert not GuestNeeds.objects.exists()


def test_a_line_of_another_order_and_goods_lead_nowhere(order):
    other = with_tickets({visits.session(visits.experience(of=visits.merchant(slug="b")))[0]: 1})
    goods = paid_order({make.variant(): 1})
    browser = owner_of(order)

    foreign = link(order, f"visits/{other.lines.get().pk}/needs/")
    assert browser.get(foreign).status_code == 404
    assert owner_of(goods).get(where(goods)).status_code == 404
    with pytest.raises(NotPossible):
        tell_needs(order.pk, other.lines.get().pool_id, WORDS, at=NOON)


def test_a_week_after_the_date_it_is_forgotten(order, seat):
    tell_needs(order.pk, seat.pool_id, WORDS, at=NOON)

    assert forget_needs(at=FRIDAY + KEPT_FOR - timedelta(seconds=1)) == 0
    assert forget_needs(at=FRIDAY + KEPT_FOR) == 1
    assert not GuestNeeds.objects.exists()


def test_it_is_kept_until_after_the_date_however_far_that_moves(order, seat):
    tell_needs(order.pk, seat.pool_id, WORDS, at=NOON)
    later = FRIDAY + timedelta(days=30)
    wish = SessionWish(12, later)
    change_session(Pool.objects.get(pk=seat.pool_id), wish, at=NOON, by=visits.host_of(seat))

    assert forget_needs(at=later) == 0
    assert GuestNeeds.objects.get().until == later + KEPT_FOR


def test_the_host_is_mailed_that_something_was_written_and_never_what(order, seat, mailoutbox):
    host = visits.host_of(seat)
    tell_needs(order.pk, seat.pool_id, WORDS, at=NOON)
    tell_needs(order.pk, seat.pool_id, WORDS, at=NOON)
    run_queued_work()

    [told] = [sent for sent in mailoutbox if sent.to == [host.email]]
    assert told.subject.startswith("A guest has told you something: Dyeing on")
    assert "wheelchair" not in told.body
    assert f"/sessions/{seat.pool_id}/" in told.body
