"""Case 67: the database is made anew, its numbers begin again, and the provider lives on."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from shop.money.payments.apply import UnknownOrder, apply_session
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.money.payments.operations import run_operations
from shop.orders.models import Order
from tests import make
from tests.emptying import may_be_emptied
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver
from tests.shop.money.payments.books import charged, refunded, sessions
from tests.shop.money.payments.late import owed_back
from tools.sandbox.errors import NotPayable

pytestmark = pytest.mark.django_db


def begin_anew():
    """Empty the shop's tables and let their numbers begin at one again."""
    tables = [model._meta.db_table for model in apps.get_app_config("shop").get_models()]
    names = ", ".join(map(connection.ops.quote_name, tables))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with may_be_emptied():
            cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def a_kettle():
    return make.cart({make.variant(20_00): 1})


def test_case_67_the_same_numbers_again_make_a_session_of_their_own(till):
    begin_anew()
    old = begin(a_kettle())
    old_order = old.order
    begin_anew()

    new = begin(a_kettle())

    assert (new.pk, new.order.pk, new.order.number) == (old.pk, old_order.pk, old_order.number)
    first, second = sessions(till)
    assert [first["id"], second["id"]] == [old.session_id, new.session_id]
    shop = {"shop": settings.SITE_URL}
    assert first["metadata"] == shop | {"order": str(old_order.uuid), "payment": str(old.uuid)}
    assert second["metadata"] == shop | {"order": str(new.order.uuid), "payment": str(new.uuid)}
    assert (first["status"], second["status"]) == ("open", "open")
    groups = {session["client_reference_id"] for session in (first, second)}
    assert groups == {str(old_order.uuid), str(new.order.uuid)}


def test_case_67_money_for_an_order_of_before_pays_no_order_of_now(till):
    begin_anew()
    old = begin(a_kettle())
    begin_anew()
    new = begin(a_kettle())

    till.pay(old.session_id)
    assert set(deliver(till)) == {200}

    assert Order.objects.get().is_pending
    assert Payment.objects.get().state == "open"
    kept = GatewayEvent.objects.get(kind="checkout.session.completed")
    assert (kept.state, kept.object_id) == ("new", old.session_id)
    with pytest.raises(UnknownOrder):
        apply_session(old.session_id, at=NOON)
    till.pay(new.session_id)
    deliver(till)
    assert Order.objects.get().is_paid
    assert charged(till) == [20_00, 20_00]
    with pytest.raises(NotPayable):
        till.pay(new.session_id)
    assert_books_agree()


def test_case_67_the_same_numbers_again_send_money_back_of_their_own(till):
    begin_anew()
    before = owed_back(till)
    run_operations(at=NOON)
    assert refunded(till) == [20_00]
    begin_anew()

    now = owed_back(till)
    assert run_operations(at=NOON) == 1

    assert now.pk == before.pk
    now.refresh_from_db()
    assert (now.state, now.error) == ("done", "")
    refunds = list(till.world.store.all("refund"))
    assert [refund["amount"] for refund in refunds] == [20_00, 20_00]
    assert [refund["metadata"]["operation"] for refund in refunds] == [
        str(before.uuid), str(now.uuid),
    ]  # fmt: skip
    assert refunds[1]["charge"] == Payment.objects.get(pk=now.payment_id).charge_id
    assert refunds[0]["charge"] != refunds[1]["charge"]
    assert Operation.objects.get().remote_id == refunds[1]["id"]
    assert_books_agree()
