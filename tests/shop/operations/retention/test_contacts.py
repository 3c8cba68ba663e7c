"""Contacts go when nothing needs them any more, and no sooner."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import TruncDay

from shop.catalogue.delivery.models import PERSONAL, Contact
from shop.money.money_tasks.gate import open_task
from shop.money.payments.models import Operation, Payment
from shop.money.returns.models import ReturnPicture, ReturnRequest
from shop.operations.retention import contacts
from shop.operations.retention.contacts import UNPAID_FOR, forget_contacts
from shop.orders.cart.cleanup import KEPT_FOR as CARTS_KEPT_FOR
from shop.orders.cart.cleanup import forget_old_carts
from shop.orders.cart.models import Cart
from shop.orders.models import Order, OrderMessage, Refund
from shop.orders.thread.write import write
from tests import make
from tests.emptying import in_any_step
from tests.make import NOON
from tests.shop.operations.retention.people import DAY, YEAR, asked_back, contact, ordered

pytestmark = pytest.mark.django_db
SOON, LATER = NOON + UNPAID_FOR - DAY, NOON + UNPAID_FOR + DAY


def is_blank(order):
    row = Contact.objects.get(pk=order.contact_id)
    return row.blanked_at is not None and not any(getattr(row, name) for name in PERSONAL)


def test_the_contact_of_an_order_never_paid_is_blanked_after_90_days():
    order = ordered(ends="expired")

    forget_contacts(at=SOON)
    assert not is_blank(order)

    forget_contacts(at=LATER)
    assert is_blank(order)
    assert Contact.objects.get(pk=order.contact_id).country == "CN"


def test_an_order_that_ended_late_keeps_its_contact_for_90_days_from_then():
    order = ordered(ends="expired")
    Order.objects.update(ended_at=NOON + 30 * DAY)

    forget_contacts(at=LATER)

    assert not is_blank(order)


def test_the_contact_of_a_paid_order_goes_with_its_last_document():
    order = ordered(ends="paid")

    for at in (LATER, NOON + 9 * YEAR, NOON + 10 * YEAR - 2 * DAY):
        forget_contacts(at=at)
        assert not is_blank(order)

    forget_contacts(at=NOON + 11 * YEAR)
    assert is_blank(order)


def test_a_refund_is_a_later_document():
    order = ordered(ends="paid")
    Refund.objects.create(order=order, cause="return", amount=1, at=NOON + 2 * YEAR)

    forget_contacts(at=NOON + 11 * YEAR)
    assert not is_blank(order)

    forget_contacts(at=NOON + 13 * YEAR)
    assert is_blank(order)


def test_the_years_are_a_setting(settings):
    settings.DOCUMENTS_KEPT_YEARS = 6
    order = ordered(ends="paid")

    forget_contacts(at=NOON + 6 * YEAR + DAY)

    assert is_blank(order)


def test_an_open_order_keeps_its_contact_however_old_it_is():
    order = ordered()

    forget_contacts(at=NOON + 20 * YEAR)

    assert not is_blank(order)


@pytest.mark.parametrize("state", contacts.MONEY_AT_WORK)
def test_while_money_is_under_way_the_shopper_can_be_reached(state):
    order = ordered(ends="expired")
    Payment.objects.create(
        order=order, state=state, amount=1, currency="USD", request={}, session_ends_at=NOON,
        made_at=NOON,
    )  # fmt: skip

    forget_contacts(at=LATER)
    assert not is_blank(order)

    with in_any_step(Payment):
        Payment.objects.update(state="refunded")
    Contact.objects.update(judged_at=None)
    forget_contacts(at=LATER)
    assert is_blank(order)


@pytest.mark.parametrize(
    ("state", "is_kept"),
    [("queued", True), ("sending", True), ("pending", True), ("blocked", True), ("failed", True),
     ("done", False), ("void", False)],
)  # fmt: skip
def test_a_refund_that_has_not_gone_through_keeps_the_contact(state, is_kept):
    order = ordered(ends="expired")
    payment = Payment.objects.create(
        order=order, state="refunded", amount=1, currency="USD", request={},
        session_ends_at=NOON, made_at=NOON,
    )  # fmt: skip
    Operation.objects.create(
        kind="refund", cause="late", state=state, payment=payment, amount=1, currency="USD",
        request={}, run_after=NOON,
    )  # fmt: skip

    forget_contacts(at=LATER)

    assert is_blank(order) is not is_kept


def test_an_open_task_about_an_order_keeps_its_contact():
    order = ordered(ends="expired")
    open_task("payment_review", order, "It differs.", at=NOON, order=order)

    forget_contacts(at=LATER)

    assert not is_blank(order)


def test_what_no_order_and_no_cart_names_is_deleted():
    typed = contact()

    forget_contacts(at=SOON)
    assert Contact.objects.filter(pk=typed.pk).exists()

    forget_contacts(at=LATER)
    assert not Contact.objects.exists()


def test_the_address_of_a_cart_stays_with_it_and_goes_soon_after():
    make.cart({make.variant(): 1})

    forget_contacts(at=NOON + 2 * UNPAID_FOR)
    assert Contact.objects.exists()

    gone = NOON + CARTS_KEPT_FOR + 3 * UNPAID_FOR
    forget_old_carts(at=gone)
    forget_contacts(at=gone)
    assert not Cart.objects.exists()
    assert not Contact.objects.exists()


def test_the_address_to_which_a_parcel_went_stays_with_its_order():
    order = ordered(ends="paid")
    earlier = contact(name="Old Address")
    order.suborders.get().shipments.create(contact=earlier, carrier="Post", shipped_at=NOON)

    forget_contacts(at=NOON + YEAR)
    earlier.refresh_from_db()
    assert earlier.name == "Old Address"

    forget_contacts(at=NOON + 11 * YEAR)
    earlier.refresh_from_db()
    assert (earlier.name, earlier.blanked_at is not None) == ("", True)


def test_what_was_written_to_return_something_goes_with_the_contact():
    order, other = ordered(ends="paid"), ordered(ends="paid", email="kofi@example.org")
    for one in (order, other):
        asked_back(one, words="Lin bled on it", picture=b"\xff\xd8")
    Refund.objects.create(order=other, cause="return", amount=1, at=NOON + 9 * YEAR)

    forget_contacts(at=NOON + 11 * YEAR)

    gone = ReturnRequest.objects.get(suborder__order=order)
    kept = ReturnRequest.objects.get(suborder__order=other)
    assert (gone.carrier, gone.tracking_number, gone.has_pictures) == ("", "", False)
    assert gone.lines.get().words == ""
    assert (kept.carrier, kept.tracking_number, kept.has_pictures) == ("DHL", "LIN-1", True)
    assert kept.lines.get().words == "Lin bled on it"
    assert ReturnPicture.objects.get().line.request == kept


def test_a_round_goes_on_until_all_are_judged_and_reads_none_twice(monkeypatch):
    monkeypatch.setattr(contacts, "BATCH", 2)
    kept = [ordered(ends="paid", email=f"lin{n}@example.org") for n in range(3)]
    for _ in range(3):
        contact()

    assert forget_contacts(at=LATER) == 6
    assert forget_contacts(at=LATER) == 0

    assert Contact.objects.count() == len(kept)
    days = Contact.objects.annotate(day=TruncDay(F("judged_at"))).values_list("day", flat=True)
    assert set(days) == {LATER.replace(hour=0)}


def test_what_is_blank_is_never_judged_again():
    ordered(ends="expired")
    forget_contacts(at=LATER)

    assert forget_contacts(at=LATER + timedelta(days=4_000)) == 0


def test_what_shopper_and_store_wrote_to_each_other_goes_with_the_contact():
    order, other = ordered(ends="paid"), ordered(ends="paid", email="kofi@example.org")
    for one in (order, other):
        for side in ("shopper", "store"):
            write(one.suborders.get().pk, side, "Lin lives next door", at=NOON)
    Refund.objects.create(order=other, cause="return", amount=1, at=NOON + 9 * YEAR)

    forget_contacts(at=NOON + 11 * YEAR)

    rows = OrderMessage.objects.filter(suborder__order=order)
    assert [(row.text, row.at) for row in rows] == [("", NOON), ("", NOON)]
    kept = OrderMessage.objects.filter(suborder__order=other).values_list("text", flat=True)
    assert set(kept) == {"Lin lives next door"}
