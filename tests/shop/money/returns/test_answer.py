"""What stores and organizers answer, and what becomes of goods and money then."""

from datetime import timedelta

import pytest
from django.core import mail

from cms.dashboard.money.decisions import possible_for
from shop.catalogue.stock.models import Pool, StockMove
from shop.core.errors import NotPossible, StaleState
from shop.festivals.models import Claim
from shop.money.ledger.balances import owed_to
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.returns.answer import (
    SEND_WITHIN,
    agree,
    appeal,
    cannot_send,
    object_to,
    pay_back,
    receive,
    refuse,
)
from shop.money.returns.ask import (
    ANSWER_WITHIN,
    MOST_REQUESTS,
    ask,
    note_sent,
    take_back,
)
from shop.money.returns.models import ReturnPicture, ReturnRequest
from shop.money.returns.overdue import (
    LONGEST_WAY,
    PICTURES_KEPT_FOR,
    forget_pictures,
    look_at_returns,
)
from shop.orders.models import Refund
from shop.orders.reconcile import differences
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.queue import run_queued_work
from tests.shop.money.returns.sold import DAY, paid, sent, wish

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def order(till):
    make.delivery(3_00)
    found = paid(till, {make.variant(20_00, on_hand=5): 3})
    sent(found)
    return found


@pytest.fixture
def store(order):
    return make.member(order.suborders.get().merchant)


def asked(order, count=1, reason="broken", kind="return", at=NOON + DAY):
    return ask(order.pk, order.suborders.get().pk, kind, wish(order, count, reason), at=at)


def fresh(request):
    request.refresh_from_db()
    return request


def test_a_return_goes_its_way_from_the_asking_to_the_money(order, store):
    request = asked(order)

    agree(request.pk, answer="Box 7, Nairobi", at=NOON + 2 * DAY, by=store)
    assert fresh(request).send_by == NOON + 2 * DAY + SEND_WITHIN
    note_sent(request.pk, carrier="EMS", tracking_number="1", at=NOON + 3 * DAY)
    line = order.lines.get()
    receive(request.pk, whole=[line.pk], at=NOON + 9 * DAY, by=store)

    assert (fresh(request).state, request.refund.amount) == ("refunded", 21_00)
    pool = Pool.objects.get()
    assert (pool.on_hand, pool.sold) == (3, 0)
    assert StockMove.objects.latest("pk").kind == "restock"
    assert_books_agree()


def test_goods_that_are_not_whole_do_not_come_into_stock(order, store):
    request = asked(order)
    agree(request.pk, answer="", at=NOON + 2 * DAY, by=store)

    receive(request.pk, at=NOON + 9 * DAY, by=store)

    assert Pool.objects.get().on_hand == 2
    assert not request.lines.get().line.refund_lines.get().is_restocked
    assert_books_agree()


def test_a_store_pays_back_without_a_return_once(order, store):
    request = asked(order)

    pay_back(request.pk, answer="Keep it", at=NOON + 2 * DAY, by=store)
    with pytest.raises(NotPossible, match="decided meanwhile"):
        pay_back(request.pk, at=NOON + 2 * DAY, by=store)

    assert Refund.objects.get().reason == "Keep it"


def test_a_refusal_needs_a_reason_and_can_be_appealed_once(order, store):
    request = asked(order)
    with pytest.raises(NotPossible, match="Say why"):
        refuse(request.pk, answer=" ", at=NOON + 2 * DAY, by=store)

    refuse(request.pk, answer="It was worn", at=NOON + 2 * DAY, by=store)
    appeal(request.pk, at=NOON + 3 * DAY)

    task = MoneyTask.objects.get()
    assert (fresh(request).state, task.kind, task.amount) == ("appealed", "return", 21_00)
    refuse(request.pk, answer="We agree with the store", at=NOON + 4 * DAY, by=make.user())
    task.refresh_from_db()
    assert task.state == "done"
    with pytest.raises(NotPossible, match="already"):
        appeal(request.pk, at=NOON + 5 * DAY)


def test_goods_that_came_back_otherwise_than_agreed_are_not_paid(order, store):
    request = asked(order, reason="mind")
    agree(request.pk, answer="", at=NOON + 2 * DAY, by=store)

    object_to(request.pk, answer="It was used", at=NOON + 9 * DAY, by=store)

    assert (fresh(request).state, request.received_at) == ("refused", NOON + 9 * DAY)
    assert not Refund.objects.exists()


def test_a_lost_parcel_is_paid_back_with_its_delivery(order, store):
    request = asked(order, count=3, reason="missing", kind="missing", at=NOON + 20 * DAY)

    refund = pay_back(request.pk, at=NOON + 21 * DAY, by=store)

    assert (refund.cause, refund.amount) == ("lost", 63_00)
    assert owed_to(order.suborders.get().merchant, "USD") == 0
    assert_books_agree()


def test_what_no_store_answers_comes_to_the_desk_once(order):
    request = asked(order)

    look_at_returns(at=request.answer_by - timedelta(seconds=1))
    assert not MoneyTask.objects.exists()
    look_at_returns(at=request.answer_by)
    look_at_returns(at=request.answer_by + HOUR)

    assert MoneyTask.objects.get().what.endswith("The store has not answered.")
    assert request.answer_by == request.asked_at + ANSWER_WITHIN


def test_what_nobody_sends_ends_and_what_never_comes_is_looked_for(order, store):
    unsent, lost = asked(order), asked(order)
    for row in (unsent, lost):
        agree(row.pk, answer="", at=NOON + 2 * DAY, by=store)
    note_sent(lost.pk, carrier="EMS", tracking_number="", at=NOON + 3 * DAY)

    look_at_returns(at=NOON + 2 * DAY + SEND_WITHIN)
    look_at_returns(at=NOON + 3 * DAY + LONGEST_WAY)

    assert (fresh(unsent).state, fresh(lost).state) == ("lapsed", "sent")
    task = MoneyTask.objects.get()
    assert task.about == f"returnrequest-{lost.pk}"
    assert set(possible_for(task)) == {TaskOutcome.PAID_BACK, TaskOutcome.REFUSED}
    refuse(lost.pk, answer="The post office has no such parcel", at=NOON + 50 * DAY, by=store)
    assert fresh(task).state == "done"


def test_goods_that_come_after_their_request_ended_are_paid_back_all_the_same(order, store):
    late, other = asked(order), asked(order)
    for row in (late, other):
        agree(row.pk, answer="", at=NOON + 2 * DAY, by=store)
    note_sent(other.pk, carrier="EMS", tracking_number="1", at=NOON + 3 * DAY)
    take_back(other.pk, at=NOON + 4 * DAY)
    look_at_returns(at=NOON + 2 * DAY + SEND_WITHIN)
    assert (fresh(late).state, fresh(other).state) == ("lapsed", "lapsed")

    receive(late.pk, at=NOON + 30 * DAY, by=store)
    object_to(other.pk, answer="A brick", at=NOON + 30 * DAY, by=store)

    assert (fresh(late).state, late.refund.amount) == ("refunded", 21_00)
    assert fresh(other).state == "refused"
    assert_books_agree()


def test_what_was_never_agreed_to_be_sent_is_not_received(order, store):
    request = asked(order)
    take_back(request.pk, at=NOON + 2 * DAY)

    with pytest.raises(NotPossible):
        receive(request.pk, at=NOON + 3 * DAY, by=store)
    assert not Refund.objects.exists()


def test_what_an_organizer_refused_for_good_is_not_asked_again(order, store):
    request = asked(order, count=2)
    refuse(request.pk, answer="Worn", at=NOON + 2 * DAY, by=store)
    appeal(request.pk, at=NOON + 3 * DAY)
    refuse(request.pk, answer="Worn indeed", at=NOON + 4 * DAY, by=make.user())

    with pytest.raises(NotPossible, match="at most 1"):
        asked(order, count=2, at=NOON + 5 * DAY)
    assert asked(order, count=1, at=NOON + 5 * DAY).state == "asked"


def test_one_parcel_is_asked_about_so_many_times(order):
    for _turn in range(MOST_REQUESTS):
        take_back(asked(order).pk, at=NOON + 2 * DAY)

    with pytest.raises(NotPossible, match="any more"):
        asked(order)


def test_a_store_hears_that_goods_are_on_their_way_and_what_an_organizer_decided(order, store):
    request = asked(order)
    agree(request.pk, answer="", at=NOON + 2 * DAY, by=store)
    run_queued_work()
    mail.outbox.clear()

    note_sent(request.pk, carrier="EMS", tracking_number="E 12", at=NOON + 3 * DAY)
    run_queued_work()

    (message,) = [found for found in mail.outbox if found.to == [store.email]]
    assert message.subject == f"{request.number} is on its way back to you"
    assert "EMS E 12" in message.body


def test_what_its_shopper_takes_back_leaves_the_desk(order):
    request = asked(order)
    look_at_returns(at=request.answer_by)

    take_back(request.pk, at=request.answer_by + HOUR)

    assert (fresh(request).state, MoneyTask.objects.get().state) == ("lapsed", "done")


@pytest.mark.parametrize(("are_there", "on_hand", "free"), [(True, 5, 4), (False, 3, 2)])
def test_p56_what_cannot_be_sent_is_paid_back_and_leaves_the_stock_where_it_is_lost(
    till, are_there, on_hand, free
):
    order = paid(till, {make.variant(20_00, on_hand=5): 3})
    part = order.suborders.get()
    store = make.member(part.merchant)

    refund = cannot_send(part.pk, {order.lines.get().pk: 2}, are_there=are_there,
                         reason="Broken by rain", at=NOON, by=store)  # fmt: skip

    pool = Pool.objects.get()
    assert (refund.amount, pool.on_hand, pool.sold, pool.free) == (40_00, on_hand, 1, free)
    assert differences() == []
    assert_books_agree()


def test_what_has_left_is_not_called_unsendable(order, store):
    part = order.suborders.get()

    with pytest.raises(NotPossible, match="has left"):
        cannot_send(part.pk, {order.lines.get().pk: 1}, are_there=False, reason="Rain", at=NOON,
                    by=store)  # fmt: skip


def test_both_sides_are_told_in_their_language(order, store):
    mail.outbox.clear()
    request = asked(order)
    run_queued_work()
    agree(request.pk, answer="Box 7, Nairobi", at=NOON + 2 * DAY, by=store)
    run_queued_work()
    receive(request.pk, at=NOON + 9 * DAY, by=store)
    run_queued_work()

    subjects = [message.subject for message in mail.outbox]
    name = order.suborders.get().merchant.name
    assert f"Return asked for in order {order.number}" in subjects
    assert f"How to send it back to {name}" in subjects
    assert any(subject.startswith("$21.00 of order") for subject in subjects)


def test_the_gate_refuses_what_is_decided(order, store):
    request = asked(order)
    refuse(request.pk, answer="No", at=NOON + 2 * DAY, by=store)
    stale = fresh(request)
    pay_back(request.pk, at=NOON + 3 * DAY, by=make.user())

    with pytest.raises(StaleState):
        stale.move_to("agreed")
    assert not Claim.objects.exists()


def test_pictures_are_forgotten_long_after_the_decision(order, store):
    wishes = wish(order, 1, "broken")
    request = ask(order.pk, order.suborders.get().pk, "return", wishes, at=NOON + DAY)
    ReturnPicture.objects.create(line=request.lines.get(), content=b"\xff\xd8 a picture")
    ReturnRequest.objects.update(has_pictures=True)
    refuse(request.pk, answer="No", at=NOON + 2 * DAY, by=store)

    forget_pictures(at=NOON + 2 * DAY + PICTURES_KEPT_FOR - timedelta(seconds=1))
    assert ReturnPicture.objects.exists()
    forget_pictures(at=NOON + 2 * DAY + PICTURES_KEPT_FOR)

    assert not ReturnPicture.objects.exists()


def news(request):
    """Return the subject and the words of the last mail to the shopper."""
    run_queued_work()
    to = request.suborder.order.contact.email
    last = [message for message in mail.outbox if message.to == [to]][-1]
    return last.subject, last.body


def test_the_mail_about_a_refusal_says_who_refused_and_what_can_be_done(order, store):
    request = asked(order)
    refuse(request.pk, answer="It was worn", at=NOON + 2 * DAY, by=store)
    subject, body = news(request)
    assert subject.endswith(f"does not agree to {request.number}")
    assert "ask an organizer to decide" in body
    assert "The store writes: It was worn" in body

    appeal(request.pk, at=NOON + 3 * DAY)
    refuse(request.pk, answer="So we think", at=NOON + 4 * DAY, by=make.user())
    subject, body = news(request)

    assert subject == f"An organizer has decided about {request.number}"
    assert "An organizer has decided that your request is refused." in body
    assert "The organizer writes: So we think" in body
    assert "ask an organizer" not in body  # there is no button for it any more
    assert "The store" not in body


def test_what_an_organizer_refuses_before_any_appeal_can_be_appealed(order):
    request = asked(order)
    refuse(request.pk, answer="Too late", at=NOON + 5 * DAY, by=make.user())

    subject, body = news(request)

    assert subject == f"An organizer has decided about {request.number}"
    assert "ask an organizer to decide" in body


def test_a_store_that_objects_after_an_organizer_agreed_is_named_itself(order, store):
    request = asked(order)
    refuse(request.pk, answer="No", at=NOON + 2 * DAY, by=store)
    appeal(request.pk, at=NOON + 3 * DAY)
    agree(request.pk, answer="Box 7", at=NOON + 4 * DAY, by=make.user())
    assert "An organizer has decided that it goes back." in news(request)[1]

    object_to(request.pk, answer="It was used", at=NOON + 9 * DAY, by=store)
    subject, body = news(request)

    assert subject.endswith(f"does not agree to {request.number}")
    assert "The store writes: It was used" in body
    assert "ask an organizer" not in body


def test_the_mail_that_agrees_names_the_button_without_which_the_request_ends(order, store):
    request = asked(order)
    agree(request.pk, answer="", at=NOON + 2 * DAY, by=store)

    assert "press “I have sent it” on the page of your request" in news(request)[1]


@pytest.mark.parametrize(("kind", "reason", "days"), [("return", "broken", 1),
                                                      ("missing", "missing", 20)])  # fmt: skip
def test_goods_are_to_be_kept_where_there_are_some(order, kind, reason, days):
    request = asked(order, reason=reason, kind=kind, at=NOON + days * DAY)

    assert ("Please keep the goods until then." in news(request)[1]) is (kind == "return")


@pytest.mark.parametrize("address", ["", "hello@example.org"])
def test_an_answer_to_the_mail_is_asked_for_where_somebody_reads_it(
    order, store, settings, address
):
    settings.ANSWERS_TO = address
    request = asked(order)
    agree(request.pk, answer="", at=NOON + 2 * DAY, by=store)
    look_at_returns(at=NOON + 2 * DAY + SEND_WITHIN)

    body = news(request)[1]

    assert "Nothing was sent back in time." in body
    assert ("answer this mail" in body) is bool(address)
