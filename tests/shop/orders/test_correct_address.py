"""A wrong address is mended before the parcel leaves: who is told, what stays, what is refused."""

import csv
import io

import pytest
from django.test import Client

from shop.core.errors import NotPossible, StaleState
from shop.festivals.models import ChangeLog
from shop.orders.correct_address import mend
from shop.orders.models import Order, Shipment
from shop.orders.ship import ship
from shop.orders.tasks import send_address_given_up, send_address_mended, send_order_address
from shop.people.accounts.mailboxes import mailbox_key
from tests import make
from tests.make import NOON
from tests.shop.checkout.order.proofs import owner_of
from tests.shop.orders.corrected import (
    SHIPS,
    everything,
    fix,
    other,
    paid_order,
    part_of,
    queued,
)
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(clock_at):
    clock_at(NOON)
    return paid_order()


def test_another_country_is_refused(order):
    before = everything(order)

    with pytest.raises(NotPossible, match="country"):
        fix(order, country="KE", line1="Moi Avenue")

    assert everything(order) == before


def test_when_all_has_left_nothing_but_the_mail_address_is_mended(order):
    for part in order.suborders.all():
        ship(part, by=make.user(), **SHIPS)
    before = everything(order)

    with pytest.raises(NotPossible, match="mail address"):
        fix(order, line1="90 Renmin Road")

    assert everything(order) == before
    fix(order, email="new@example.org")
    assert ChangeLog.objects.get().after["changed"] == ["email"]


@pytest.mark.parametrize("state", ["pending", "expired", "cancelled"])
def test_an_order_that_is_not_paid_is_not_mended(order, state):
    Order.objects.filter(pk=order.pk).update(state=state)
    before = everything(order)

    with pytest.raises(NotPossible, match="paid"):
        fix(order, line1="90 Renmin Road")

    assert everything(order) == before


def test_whoever_saw_an_earlier_address_changes_nothing(order):
    seen, late = order.contact_id, other(order, city="Loudi")
    fix(order, line1="90 Renmin Road")
    before = everything(order)

    with pytest.raises(StaleState):
        mend(order.pk, late, seen=seen, at=NOON, by=make.user())

    assert everything(order) == before


def test_a_parcel_that_left_keeps_where_it_went(order, client):
    part = part_of(order, "Clay")
    ship(part, by=make.user(), **SHIPS)
    fix(order, line1="90 Renmin Road")

    client.force_login(part.merchant.memberships.get().user)
    page = client.get(f"/merchant/orders/{part.pk}/").text
    order.refresh_from_db()
    shoppers = owner_of(order).get(f"/orders/{order.number}/{order.token}/").text

    assert Shipment.objects.get().contact.line1 == "88 Renmin Road"
    assert "88 Renmin Road" in page
    assert "90 Renmin Road" not in page
    assert "travel to the earlier address" in shoppers


def test_the_log_keeps_who_mended_what_and_no_address(order):
    by, earlier = make.user(), order.contact_id

    fix(order, by, line1="90 Renmin Road", email="lin.yue@example.org")

    line = ChangeLog.objects.get(subject="order", subject_id=order.pk)
    order.refresh_from_db()
    assert line.by == by
    assert line.action == "mend"
    assert line.before == {"contact": earlier}
    assert line.after == {"contact": order.contact_id, "changed": ["email", "line1"]}


def test_the_shopper_reads_the_new_address_in_the_language_of_the_order(order, mailoutbox):
    order.language = "fr"
    order.save()
    fix(order, line1="90 Renmin Road")

    send_address_mended.call(order.pk)

    (message,) = mailoutbox
    assert message.to == ["lin@example.org"]
    assert message.subject == f"L’adresse de votre commande {order.number} a changé"
    assert "90 Renmin Road" in message.body
    assert "Chine" in message.body
    assert order.token in message.body
    assert "Les colis déjà partis" not in message.body


def test_each_member_of_a_store_that_has_to_send_reads_the_new_address(order, mailoutbox):
    ship(part_of(order, "Clay"), by=make.user(), **SHIPS)
    fix(order, line1="90 Renmin Road")
    told = [args for name, args in queued() if name == "send_order_address"]
    assert len(told) == 1

    for args in told:
        send_order_address.call(*args)

    (message,) = mailoutbox
    assert message.to == ["loom@example.org"]
    assert "90 Renmin Road" in message.body
    assert f"/merchant/orders/{part_of(order, 'Loom').pk}/" in message.body
    assert order.token not in message.body


def test_another_mail_address_gets_receipt_and_link_and_the_earlier_one_neither(order, mailoutbox):
    earlier, token = order.contact_id, order.token
    link = f"/orders/{order.number}/{token}/"
    assert Client().get(link).status_code == 200

    fix(order, email="lin.yue@example.org")

    order.refresh_from_db()
    assert order.token != token
    assert order.email_key == mailbox_key("lin.yue@example.org")
    assert queued() == [
        ("send_address_given_up", [order.pk, earlier]),
        ("send_address_mended", [order.pk]),
        ("send_receipt", [order.pk]),
    ]
    assert Client().get(link).status_code == 404
    assert Client().get(f"/orders/{order.number}/{order.token}/").status_code == 200
    send_address_given_up.call(order.pk, earlier)
    (message,) = mailoutbox
    assert message.to == ["lin@example.org"]
    assert "no longer come here" in message.body
    for secret in ("lin.yue", "Renmin", token, order.token):
        assert secret not in message.body


def test_the_packing_sheet_and_the_page_of_the_store_show_the_mended_address(client, order):
    fix(order, line1="90 Renmin Road")
    part = part_of(order, "Loom")
    client.force_login(part.merchant.memberships.get().user)

    sheet = client.get(f"/merchant/{part.merchant.slug}/orders/packing.csv")
    rows = list(csv.reader(io.StringIO(sheet.getvalue().decode("utf-8-sig"))))

    assert any("90 Renmin Road" in cell for row in rows for cell in row)
    assert "90 Renmin Road" in client.get(f"/merchant/orders/{part.pk}/").text


def test_a_parcel_from_before_the_shop_kept_this_keeps_it_too(order):
    part = part_of(order, "Clay")
    ship(part, by=make.user(), **SHIPS)
    Shipment.objects.update(contact=None)

    fix(order, line1="90 Renmin Road")

    assert Shipment.objects.get().contact.line1 == "88 Renmin Road"


def test_the_button_pressed_twice_mends_once(order):
    body = {"line1": "90 Renmin Road"}
    first, seen = other(order, **body), order.contact_id
    mend(order.pk, first, seen=seen, at=NOON, by=make.user())
    before = everything(order)

    mend(order.pk, other(order, **body), seen=seen, at=NOON, by=make.user())

    assert everything(order) == before


def test_a_store_that_saw_the_earlier_address_is_asked_to_look_again(client, order):
    part = part_of(order, "Loom")
    client.force_login(part.merchant.memberships.get().user)
    seen = order.contact_id
    fix(order, line1="90 Renmin Road")
    body = {"carrier": "DHL", "tracking_number": "1", "seen": seen}

    answer = client.post(f"/merchant/orders/{part.pk}/", body)

    assert answer.status_code == 422
    assert "Someone changed this while you were looking" in answer.text
    assert "90 Renmin Road" in answer.text
    assert not Shipment.objects.exists()
    order.refresh_from_db()
    client.post(f"/merchant/orders/{part.pk}/", body | {"seen": order.contact_id})
    assert Shipment.objects.get().contact_id == order.contact_id


@pytest.mark.django_db(transaction=True)
def test_whoever_sends_while_the_address_is_mended_sends_to_the_new_one_or_not_at_all(order):
    part, by = part_of(order, "Loom"), make.user()
    seen = order.contact_id
    contact = other(order, line1="90 Renmin Road")
    with open_transaction(lambda: mend(order.pk, contact, seen=seen, at=NOON, by=by)):
        unseen = Beside(lambda: ship(part, by=by, **SHIPS))
        assert unseen.waits()
    assert unseen.result().contact_id == contact.pk

    part = part_of(order, "Clay")
    order.refresh_from_db()
    again = other(order, line1="92 Renmin Road")
    with open_transaction(lambda: mend(order.pk, again, seen=contact.pk, at=NOON, by=by)):
        late = Beside(lambda: ship(part, by=by, seen=contact.pk, **SHIPS))
        assert late.waits()
    assert isinstance(late.result(), StaleState)


@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_mended_while_the_last_parcel_leaves_is_refused(order):
    by = make.user()
    loom, clay = order.suborders.order_by("merchant__name").reverse()
    ship(loom, by=by, **SHIPS)
    contact = other(order, line1="90 Renmin Road")
    with open_transaction(lambda: ship(clay, by=by, **SHIPS)):
        late = Beside(lambda: mend(order.pk, contact, seen=order.contact_id, at=NOON, by=by))
        assert late.waits()
    assert isinstance(late.result(), NotPossible)
    assert not ChangeLog.objects.filter(action="mend").exists()
