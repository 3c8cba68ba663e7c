"""A date that is open is changed: seats, prices, its hour; its sale stops and goes on."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection, transaction

from shop.catalogue.models import Variant
from shop.catalogue.stock.count import TooFewCounted
from shop.catalogue.stock.models import Pool
from shop.checkout.order.after import afters
from shop.checkout.order.summary import show_order
from shop.checkout.order.tickets import visits_of
from shop.core.errors import NotPossible, StaleState
from shop.festivals.models import ChangeLog, PriceSpan, RegularPrice
from shop.money.payments.call_off import call_off
from shop.orders.models import Order, Refund
from shop.orders.tickets.change import SessionWish, change_session, set_on_sale
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.patience import wait_until
from tests.paying import begin, deliver
from tests.queue import run_queued_work
from tests.shop.money.returns.test_ask import asked, wish
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import DAY, FRIDAY, bought

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WAITING = """SELECT count(*) FROM pg_locks
WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"""


def pool_of(seat) -> Pool:
    return Pool.objects.get(pk=seat.pool_id)


def facts(seat) -> dict:
    return {"at": NOON, "by": visits.host_of(seat)}


def change(seat, *, at=NOON, by=None, **told) -> None:
    row = now(seat)
    wish = SessionWish(**{"seats": pool_of(seat).on_hand, "starts": row.session_start} | told)
    change_session(pool_of(seat), wish, at=at, by=by or visits.host_of(seat))


def now(seat) -> Variant:
    return Variant.objects.get(pk=seat.pk)


def test_seats_are_never_fewer_than_are_booked(till):
    adult, _child, family = visits.session(seats=12)
    bought(till, {adult: 1})
    bought(till, {family: 1})

    with pytest.raises(TooFewCounted):
        change(adult, seats=4)
    change(adult, seats=5)

    assert pool_of(adult).on_hand == 5


def test_prices_count_for_who_books_from_now_on(till):
    adult, child, _family = visits.session()
    order = bought(till, {adult: 1})
    other = visits.session()[0]

    change(adult, amounts={adult.pk: 45_00, other.pk: 1})

    known = RegularPrice.objects.filter(variant__in=[adult, child, other]).amounts()
    assert known == {adult.pk: 45_00, child.pk: 24_00, other.pk: 40_00}
    assert order.lines.get().price == 40_00


def test_a_stopped_date_is_not_sold_and_its_guests_come(till):
    adult, *_others = visits.session()
    order = bought(till, {adult: 1})

    set_on_sale(pool_of(adult), is_on=False, **facts(adult))

    assert not Variant.objects.on_sale(at=NOON).filter(pool=adult.pool_id).exists()
    assert not PriceSpan.objects.in_force(at=NOON + HOUR).filter(variant=adult).exists()
    assert order.lines.get().tickets.get().cancelled_at is None
    set_on_sale(pool_of(adult), is_on=True, **facts(adult))
    assert Variant.objects.on_sale(at=NOON).filter(pool=adult.pool_id).count() == 3
    actions = ChangeLog.objects.filter(subject="product").order_by("pk")
    assert list(actions.values_list("action", flat=True))[-2:] == ["stop date", "sell date"]


def test_a_date_with_a_deal_stays_on_sale(till):
    adult, *_others = visits.session()
    make.deal(adult, during=make.festival(), price=30_00)

    with pytest.raises(NotPossible, match="deal"):
        set_on_sale(pool_of(adult), is_on=False, **facts(adult))


def test_guests_are_told_the_new_hour_in_their_language_with_the_hosts_words(till):
    adult, *_others = visits.session()
    order = bought(till, {adult: 2})
    Order.objects.filter(pk=order.pk).update(language="fr")
    run_queued_work()
    mail.outbox.clear()
    closes = now(adult).sales_close

    change(adult, starts=FRIDAY + 2 * HOUR, words="The furnace is lit late.")
    run_queued_work()

    assert (now(adult).session_start, now(adult).sales_close) == (
        FRIDAY + 2 * HOUR, closes + 2 * HOUR,
    )  # fmt: skip
    (letter,) = mail.outbox
    assert letter.to == [order.contact.email]
    assert "Bonjour" in letter.body
    assert "The furnace is lit late." in letter.body
    assert "17:00" in letter.body
    assert [name for name, _content, _kind in letter.attachments] == ["session.ics"]


def test_who_gave_the_ticket_back_is_not_told(till):
    adult, *_others = visits.session()
    order = bought(till, {adult: 1})
    asked(order, "cancel", wish(order, 1, "mind"))
    run_queued_work()
    mail.outbox.clear()

    change(adult, starts=FRIDAY + HOUR, words="")
    run_queued_work()

    assert mail.outbox == []


def test_tickets_for_a_moved_date_are_given_back_until_it_begins(till):
    adult, *_others = visits.session()
    before, starts = bought(till, {adult: 1}), FRIDAY + HOUR
    after = bought(till, {adult: 1})
    Order.objects.filter(pk=after.pk).update(placed_at=NOON + HOUR, paid_at=NOON + HOUR)
    change(adult, starts=starts, at=NOON + HOUR / 2)

    with pytest.raises(NotPossible):
        asked(after, "cancel", wish(after, 1, "mind"), at=starts - HOUR)
    asked(before, "cancel", wish(before, 1, "mind"), at=starts - HOUR)

    assert [row.order for row in Refund.objects.all()] == [before]


def test_who_pays_while_a_date_moves_is_told_and_may_give_the_tickets_back(till, clock_at):
    adult, *_others = visits.session()
    payment = begin(make.cart({adult: 1}), at=NOON)
    soon, starts = NOON + HOUR / 12, FRIDAY + 2 * HOUR
    change(adult, starts=FRIDAY + HOUR, words="Rain.", at=soon)
    change(adult, starts=starts, words="The furnace is lit late.", at=soon)
    run_queued_work()
    mail.outbox.clear()
    clock_at(NOON + HOUR / 10)

    till.pay(payment.session_id)
    deliver(till)
    run_queued_work()

    order = Order.objects.get()
    assert order.paid_at > soon
    told = [letter for letter in mail.outbox if "The furnace is lit late." in letter.body]
    assert [letter.to for letter in told] == [[order.contact.email]]
    assert "15:00" in told[0].body  # as was agreed
    assert "17:00" in told[0].body
    (shown,) = afters(order, show_order(order), at=starts - HOUR)
    assert [act.label for act in shown.acts] == ["Cancel the visit"]
    (visit,) = visits_of(order, at=starts - HOUR)
    assert visit.cancel == "The time or the place was changed. You can cancel until it begins."
    asked(order, "cancel", wish(order, 1, "mind"), at=starts - HOUR)
    assert Refund.objects.get().order == order


def test_beside_a_date_that_was_not_moved_its_own_rule_is_told(till):
    adult, *_others = visits.session()
    other, *_rest = visits.session(adult.product, starts=FRIDAY + 5 * DAY)
    order = bought(till, {adult: 1, other: 1})
    first, second = "Free to cancel until 19 May at 15:00.", "Free to cancel until 24 May at 15:00."
    assert until(order, at=FRIDAY - 2 * DAY) == [first, second]

    change(adult, starts=FRIDAY + 9 * DAY, at=NOON + HOUR)

    moved = "The time or the place was changed. You can cancel until it begins."
    assert until(order, at=FRIDAY) == [second, moved]
    assert until(order, at=FRIDAY + 5 * DAY) == ["", moved]
    assert until(order, at=FRIDAY + 9 * DAY) == ["", ""]


def until(order, *, at) -> list[str]:
    return [visit.cancel for visit in visits_of(order, at=at)]


def test_who_books_a_date_that_was_moved_before_is_told_nothing(till):
    adult, *_others = visits.session()
    change(adult, starts=FRIDAY + HOUR, at=NOON - HOUR)
    run_queued_work()

    bought(till, {adult: 1})
    run_queued_work()

    assert mail.outbox
    assert not [letter for letter in mail.outbox if "has changed the time" in letter.body]


@pytest.mark.parametrize("to", [NOON - HOUR, FRIDAY + DAY])
def test_a_date_moves_to_no_past_and_to_no_other_date(till, to):
    adult, *_others = visits.session()
    visits.session(adult.product, starts=FRIDAY + DAY)

    with pytest.raises(NotPossible):
        change(adult, starts=to, words="")

    assert now(adult).session_start == FRIDAY


def while_another_is_at_it(first, second):
    """Let the second wait for the first, which has not committed; return what it comes to."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            running = pool.submit(at_once, [second])
            wait_until(lambda: waits() or running.done())
            assert not running.done(), "it waits for nobody"
        return running.result()[0]


def waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "second",
    [
        lambda seat: change(seat, starts=FRIDAY + HOUR),
        lambda seat: change(seat, seats=20),
        lambda seat: set_on_sale(pool_of(seat), is_on=True, **facts(seat)),
    ],
    ids=["moved", "more seats", "sold"],
)
def test_a_date_that_is_called_off_in_the_same_moment_is_not_changed(second):
    adult, *_others = visits.session()
    by = visits.host_of(adult)

    outcome = while_another_is_at_it(
        lambda: call_off(pool_of(adult), reason="Rain", at=NOON, by=by), lambda: second(adult)
    )

    assert isinstance(outcome, NotPossible)
    assert (now(adult).session_start, now(adult).is_active) == (FRIDAY, False)
    assert pool_of(adult).on_hand == 12


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_at_once_the_second_knows_of_the_first():
    adult, *_others = visits.session()
    closes = now(adult).sales_close

    while_another_is_at_it(
        lambda: change(adult, starts=FRIDAY + HOUR),
        lambda: change(adult, starts=FRIDAY + 2 * HOUR),
    )

    assert (now(adult).session_start, now(adult).sales_close) == (
        FRIDAY + 2 * HOUR, closes + 2 * HOUR,
    )  # fmt: skip
    moves = ChangeLog.objects.filter(action="move date").order_by("pk")
    assert moves[1].before["starts"] == moves[0].after["starts"]


def test_what_has_begun_or_is_called_off_is_not_changed(till):
    adult, *_others = visits.session()
    late = {"at": FRIDAY + HOUR, "by": visits.host_of(adult)}

    for told in ({"seats": 20}, {"amounts": {adult.pk: 1_00}}, {"starts": FRIDAY + DAY}):
        with pytest.raises(NotPossible, match="begun"):
            change(adult, **late, **told)
    with pytest.raises(NotPossible, match="begun"):
        set_on_sale(pool_of(adult), is_on=False, **late)


def test_the_desk_shows_the_mail_before_the_hour_changes(client, till):
    adult, child, family = visits.session()
    bought(till, {adult: 2})
    client.force_login(visits.host_of(adult))
    where = f"/merchant/{adult.product.merchant.slug}/sessions/{adult.pool_id}/change/"
    told = {
        "day": "2027-05-21", "hour": "17:30", "seats": "14", "words": "Rain.",
        f"price_{adult.pk}": "40.00", f"price_{child.pk}": "24.00", f"price_{family.pk}": "128.00",
    }  # fmt: skip

    page = client.post(where, told)

    assert "Save and tell 1 booking" in page.text
    assert "Rain." in page.text
    assert now(adult).session_start == FRIDAY
    assert client.post(where, told | {"confirm": "1"}).status_code == 302
    assert now(adult).session_start == FRIDAY + timedelta(hours=2, minutes=30)
    assert pool_of(adult).on_hand == 14


def test_a_form_from_before_a_move_does_not_move_the_date_back(client, till):
    adult, child, family = visits.session()
    client.force_login(visits.host_of(adult))
    where = f"/merchant/{adult.product.merchant.slug}/sessions/{adult.pool_id}/change/"
    shown = re.search(r'name="shown" value="([^"]*)"', client.get(where).text)[1]
    change(adult, starts=FRIDAY + 2 * HOUR)
    told = {
        "shown": shown, "day": "2027-05-21", "hour": "15:00", "seats": "20", "words": "",
        f"price_{adult.pk}": "40.00", f"price_{child.pk}": "24.00", f"price_{family.pk}": "128.00",
    }  # fmt: skip

    page = client.post(where, told, follow=True).text

    assert "Someone changed this while you were looking." in page
    assert (now(adult).session_start, pool_of(adult).on_hand) == (FRIDAY + 2 * HOUR, 12)
    again = re.search(r'name="shown" value="([^"]*)"', page)[1]
    client.post(where, told | {"shown": again, "hour": "17:00"})
    assert (now(adult).session_start, pool_of(adult).on_hand) == (FRIDAY + 2 * HOUR, 20)


def test_a_wish_from_before_a_move_is_refused():
    adult, *_others = visits.session()

    with pytest.raises(StaleState):
        change(adult, starts=FRIDAY, seats=20, seen=FRIDAY - HOUR)

    assert (now(adult).session_start, pool_of(adult).on_hand) == (FRIDAY, 12)


def test_a_date_in_the_hour_that_comes_twice_stays_where_it_is(client, till):
    starts = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)  # the second 01:30 of that day in Lisbon
    adult, child, family = visits.session(starts=starts)
    Variant.objects.filter(pool=adult.pool_id).update(session_zone="Europe/Lisbon")
    client.force_login(visits.host_of(adult))
    where = f"/merchant/{adult.product.merchant.slug}/sessions/{adult.pool_id}/change/"

    answer = client.post(where, {
        "day": "2027-10-31", "hour": "01:30", "seats": "20", "words": "",
        f"price_{adult.pk}": "40.00", f"price_{child.pk}": "24.00", f"price_{family.pk}": "128.00",
    })  # fmt: skip

    assert answer.status_code == 302
    assert (now(adult).session_start, pool_of(adult).on_hand) == (starts, 20)


def test_the_desk_saves_seats_and_prices_at_once_and_stops_the_sale(client, till):
    adult, child, family = visits.session()
    client.force_login(visits.host_of(adult))
    where = f"/merchant/{adult.product.merchant.slug}/sessions/{adult.pool_id}/change/"
    told = {
        "day": "2027-05-21", "hour": "15:00", "seats": "20", "words": "",
        f"price_{adult.pk}": "41.00", f"price_{child.pk}": "24.00", f"price_{family.pk}": "128.00",
    }  # fmt: skip

    assert client.post(where, told).status_code == 302
    assert pool_of(adult).on_hand == 20
    assert RegularPrice.objects.filter(variant=adult).amounts() == {adult.pk: 41_00}
    client.post(where, {"sale": "off"})

    assert not now(adult).is_active
    assert "Sell it again" in client.get(where).text


def test_the_guest_list_is_a_sheet_without_mail_addresses(client, till):
    adult, *_others = visits.session()
    order = bought(till, {adult: 2})
    client.force_login(visits.host_of(adult))

    answer = client.get(
        f"/merchant/{adult.product.merchant.slug}/sessions/{adult.pool_id}/guests.csv"
    )

    text = answer.content.decode("utf-8-sig")
    assert text.count(order.number) == 2
    assert order.contact.phone in text
    assert order.contact.email not in text
