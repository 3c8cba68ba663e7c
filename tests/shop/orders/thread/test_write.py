"""A shopper and a store write to each other about a parcel: when, how often, and who is told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import translation

from shop.catalogue.delivery.models import Contact
from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog
from shop.orders.models import Order, OrderMessage, Suborder
from shop.orders.thread.shown import read_messages, show_thread
from shop.orders.thread.write import (
    MOST_A_DAY,
    OPEN_FOR,
    hide,
    is_open,
    leave,
    need_no_answer,
    open_until,
    report,
    write,
)
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.checkout.order.proofs import paid_order

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def order():
    store = make.merchant(name="Loom")
    owner = make.member(store, "loom@example.org")
    owner.language = "fr"
    owner.save()
    make.member(store, "packer@example.org", role="packer")
    make.member(store, "books@example.org", role="accountant")
    make.member(store, "words@example.org", role="editor")
    return paid_order({make.variant(of=make.product(of=store)): 1})


@pytest.fixture
def part(order):
    return order.suborders.select_related("order__contact", "merchant").get()


def said(part, side="shopper", text="Where is it?", *, at=NOON, by=None):
    return write(part.pk, side, text, at=at, by=by)


def waits(part):
    return Suborder.objects.get(pk=part.pk).word_due_since


def letters():
    mail.outbox.clear()
    run_queued_work()
    return sorted(mail.outbox, key=lambda letter: letter.to)


def test_those_who_get_mails_about_orders_get_one_each_in_their_language(part):
    made = said(part, text="Where is it?\nI wait.")

    owner, packer = letters()

    assert (owner.to, packer.to) == (["loom@example.org"], ["packer@example.org"])
    assert owner.subject == f"Un message au sujet de la commande {part.order.number}"
    assert "Une réponse à cet e-mail n’arrive pas à cette personne." in owner.body
    assert packer.subject == f"The shopper has written about order {part.order.number}"
    assert "> Where is it?\n> I wait.\n" in packer.body
    assert f"/merchant/orders/{part.pk}/#messages" in packer.body
    assert "Lin Yue" not in packer.body
    assert made.side == "shopper"
    assert letters() == []


def test_the_shopper_gets_one_mail_in_the_orders_language(order, part):
    Order.objects.filter(pk=order.pk).update(language="ar")

    said(part, "store", "It left today.", by=make.user())

    [letter] = letters()
    assert letter.to == ["lin@example.org"]
    assert letter.subject == f"كتب Loom بشأن الطلب {order.number}"
    assert "> It left today." in letter.body
    place = f"/ar/orders/{order.number}/{order.token}/parcels/{part.pk}/messages/"
    assert place in letter.body
    assert "الرد على هذا البريد لا يصل إلى المتجر." in letter.body


def test_the_same_words_at_once_are_one_message_and_one_mail(part):
    first = said(part)
    again = said(part, at=NOON + 9 * MINUTE)
    later = said(part, at=NOON + 10 * MINUTE)
    other = said(part, "store", at=NOON)

    assert (again.pk, later.pk == first.pk) == (first.pk, False)
    assert OrderMessage.objects.count() == 3
    assert other.pk != first.pk
    assert len(letters()) == 5


def test_what_was_taken_away_before_the_mail_went_is_not_mailed(part):
    asked, told = said(part), said(part, "store", "Pay me at home.")
    for row in (asked, told):
        hide(row.pk, "Asks for money", at=NOON, by=make.user())

    assert letters() == []


def test_who_has_left_the_store_gets_no_mail(part):
    said(part)
    run = part.merchant.memberships
    from shop.orders.thread.mail import tell_store_of_message  # noqa: PLC0415

    tell_store_of_message.func(OrderMessage.objects.get().pk)
    run.all().delete()

    assert letters() == []


def test_a_side_writes_twenty_times_a_day(part):
    for n in range(MOST_A_DAY):
        said(part, text=f"Message {n}", at=NOON + n * MINUTE)

    with pytest.raises(NotPossible, match="20 messages about this parcel in a day"):
        said(part, text="One more", at=NOON + DAY - MINUTE)

    said(part, "store", "I am another side", at=NOON)
    said(part, text="Tomorrow", at=NOON + DAY)
    assert OrderMessage.objects.count() == MOST_A_DAY + 2


@pytest.mark.parametrize(
    ("text", "why"), [("", "Write your message"), (" \n ", "Write your"), ("x" * 2001, "at most")]
)
def test_what_says_nothing_or_too_much_is_refused(part, text, why):
    with pytest.raises(NotPossible, match=why):
        said(part, text=text)

    assert not OrderMessage.objects.exists()
    assert waits(part) is None


def test_the_shopper_waits_from_the_first_message_until_the_store_writes(part):
    said(part)
    said(part, text="Hello?", at=NOON + DAY)
    assert waits(part) == NOON

    said(part, "store", "Tomorrow.", at=NOON + 2 * DAY)
    assert waits(part) is None

    said(part, text="Thanks", at=NOON + 3 * DAY)
    assert waits(part) == NOON + 3 * DAY
    need_no_answer(part.pk)
    assert waits(part) is None


def test_nobody_waits_for_a_word_on_what_was_taken_away(part):
    first, second = said(part), said(part, text="Hello?", at=NOON + DAY)
    by = make.user()

    hide(first.pk, "Insults", at=NOON + DAY, by=by)
    assert waits(part) == NOON
    hide(second.pk, "Insults", at=NOON + DAY, by=by)

    assert waits(part) is None


def state(part, **facts):
    Suborder.objects.filter(pk=part.pk).update(**facts)
    return Suborder.objects.select_related("order__contact", "merchant").get(pk=part.pk)


@pytest.mark.parametrize(
    ("facts", "ends"),
    [
        ({}, None),
        ({"state": "shipped"}, None),
        ({"state": "delivered", "delivered_at": NOON + DAY}, NOON + DAY + OPEN_FOR),
        (
            {"state": "delivered", "delivered_at": NOON, "replaced_at": NOON + 9 * DAY},
            NOON + 9 * DAY + OPEN_FOR,
        ),
        ({"state": "cancelled", "release_at": NOON + 2 * DAY}, NOON + 2 * DAY + OPEN_FOR),
        ({"state": "delivered", "delivered_at": None}, NOON + OPEN_FOR),
        ({"state": "cancelled", "release_at": None}, NOON + OPEN_FOR),
    ],
)
def test_a_parcel_is_written_about_until_180_days_after_it_is_there_or_cancelled(part, facts, ends):
    part = state(part, **facts)

    assert open_until(part) == ends
    if ends is None:
        assert is_open(part, at=NOON + 900 * DAY)
        return
    said(part, at=ends)
    with pytest.raises(NotPossible, match="any more"):
        said(part, text="Late", at=ends + timedelta(seconds=1))
    assert OrderMessage.objects.count() == 1


def test_nothing_is_written_about_what_was_never_paid_or_is_blank(part):
    waiting = make.order({make.variant(): 1}).suborders.get()
    with pytest.raises(NotPossible, match="any more"):
        said(waiting)

    Contact.objects.filter(pk=part.order.contact_id).update(blanked_at=NOON)
    with pytest.raises(NotPossible, match="any more"):
        said(part)
    assert not OrderMessage.objects.exists()


def test_nothing_is_written_about_an_order_that_was_cancelled_after_it_was_paid(part):
    Order.objects.update(state="cancelled", ended_at=NOON)

    with pytest.raises(NotPossible, match="any more"):
        said(part)


def test_the_other_side_tells_the_organizers_once_and_of_its_own_parcel_alone(part):
    row = said(part)
    other = paid_order().suborders.get()

    for side, place in (("shopper", part), ("store", other)):
        with pytest.raises(NotPossible, match="not there"):
            report(place.pk, row.pk, side, at=NOON)
    for at in (NOON, NOON + DAY):
        report(part.pk, row.pk, "store", at=at)

    row.refresh_from_db()
    assert row.reported_at == NOON
    assert list(OrderMessage.objects.to_look_at()) == [row]


def test_an_organizer_leaves_it_or_takes_it_away_once_and_the_log_says_so(part):
    by = make.user()
    first, second = said(part), said(part, text="Other")
    for row in (first, second):
        report(part.pk, row.pk, "store", at=NOON)

    leave(first.pk, at=NOON + DAY, by=by)
    hide(second.pk, " Insults ", at=NOON + DAY, by=by)

    assert not OrderMessage.objects.to_look_at().exists()
    second.refresh_from_db()
    assert (second.hidden_reason, second.hidden_by, second.text) == ("Insults", by, "Other")
    with pytest.raises(NotPossible, match="looked at"):
        leave(first.pk, at=NOON + DAY, by=by)
    with pytest.raises(NotPossible, match="already"):
        hide(second.pk, "Again", at=NOON + DAY, by=by)
    with pytest.raises(NotPossible, match="Say why"):
        hide(first.pk, " ", at=NOON + DAY, by=by)
    with pytest.raises(NotPossible, match="not there"):
        report(part.pk, second.pk, "store", at=NOON)
    lines = ChangeLog.objects.filter(subject="order", subject_id=part.order_id).order_by("pk")
    assert [line.action for line in lines] == ["message left", "message hidden"]
    assert lines[1].reason == "Insults"
    assert "Other" not in str(lines[1].after)


def test_a_report_after_an_organizer_left_it_does_not_come_back(part):
    row = said(part)
    report(part.pk, row.pk, "store", at=NOON)
    leave(row.pk, at=NOON, by=make.user())

    report(part.pk, row.pk, "store", at=NOON + DAY)

    assert not OrderMessage.objects.to_look_at().exists()


def test_nothing_is_taken_away_without_a_reason(part):
    row = said(part)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderMessage.objects.filter(pk=row.pk).update(hidden_at=NOON)


def test_refusals_are_in_the_readers_language(part):
    with translation.override("pt"), pytest.raises(NotPossible, match="Escreva a sua mensagem"):
        said(part, text="")


def test_what_was_taken_away_is_taken_from_the_thread(part):
    row = said(part)
    hide(row.pk, "Insults", at=NOON, by=make.user())

    read_messages([part])
    seen = [show_thread(part, side, url="", at=NOON).rows for side in ("shopper", "store")]

    assert [(rows[0].text, rows[0].reason) for rows in seen] == [("", "Insults"), ("", "")]
