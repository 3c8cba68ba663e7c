import pytest
from django.db import DatabaseError, connection

from shop.core import errors
from shop.reports import refusals
from shop.reports.models import Refused
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (errors.LimitReached(1, 2, 3), "limit"),
        (errors.CartChanged(2, 3), "cart"),
        (errors.PriceChanged(2, 3), "price"),
        (errors.OutOfStock("Kettle"), "stock"),
        (errors.Unavailable("pool", [1]), "faster"),
        (errors.TooManyOpenOrders(), "parking"),
        (errors.TooMuchHeld("Order fewer.", may_sign_in=True), "held"),
        (errors.BelowMinimum("$0.50"), "minimum"),
        (errors.FenceBroken(2, 1), "rule"),
        (errors.ShopError("else"), "other"),
    ],
)
def test_a_refusal_is_counted_by_its_reason_and_names_nobody(refusal, reason):
    refusals.note(refusal, at=NOON)

    row = Refused.objects.get()
    assert (row.at, row.reason) == (NOON, reason)
    assert {field.name for field in Refused._meta.fields} == {"id", "at", "reason"}


def test_what_cannot_be_counted_hurts_nobody(caplog):
    with connection.execute_wrapper(broken):
        refusals.note(errors.OutOfStock("Kettle"), at=NOON)

    assert "could not be counted" in caplog.text
    assert not Refused.objects.exists()


def broken(execute, sql, params, many, context):
    if "shop_refused" in sql:
        raise DatabaseError("the disk is full")
    return execute(sql, params, many, context)


def test_refusals_are_forgotten_after_three_months():
    refusals.note(errors.OutOfStock("Kettle"), at=NOON)

    assert refusals.forget_refusals(at=NOON + refusals.KEPT_FOR) == 0
    assert refusals.forget_refusals(at=NOON.replace(year=2028)) == 1
