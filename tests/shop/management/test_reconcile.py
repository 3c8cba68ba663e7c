"""``manage.py reconcile`` says which counter or account is wrong, and changes nothing."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from shop.catalogue.stock.models import Pool
from shop.festivals.models import Claim, Deal, Promotion
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting import sales
from shop.orders import end
from shop.orders.models import Order
from shop.orders.ship import ship
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def reconcile():
    """Return the exit code and what was said."""
    said = StringIO()
    try:
        call_command("reconcile", "--offline", stdout=said)
    except CommandError as failed:
        return failed.returncode, said.getvalue().splitlines(), str(failed)
    return 0, said.getvalue().splitlines(), ""


@transaction.atomic
def pay(order):
    end.mark_paid(end.lock(order.pk), at=NOON)
    sales.post_sale(order, at=NOON)


@pytest.fixture
def trade():
    """Sell, hold, expire and ship: every counter has moved."""
    kettle, account = make.variant(50_00), make.user()
    festival = make.festival()
    make.deal(kettle, during=festival, price=40_00, allotment=20)
    make.promotion(festival, value=5_00, budget=500_00)
    pocket = make.promotion(festival, group="voucher", trigger="claim", value=1_00)
    Claim.objects.create(promotion=pocket, code="MINE")
    shipped, paid, expired = (make.order({kettle: 2}) for _ in range(3))
    make.order({kettle: 1}, of=make.shopper(account), codes=("mine",))
    for order in (shipped, paid):
        pay(order)
    ship(shipped.suborders.get(), carrier="Post", tracking_number="", at=NOON, by=account)
    with transaction.atomic():
        end.expire(end.lock(expired.pk), at=NOON)


def test_when_all_agree_it_ends_well(trade):
    code, said, _ = reconcile()

    assert code == 0
    assert said == [
        "Counters, lines and books of this shop agree with each other. Nobody else was asked."
    ]


def test_the_provider_is_asked_too_unless_it_is_left_out(sandbox):
    said = StringIO()

    call_command("reconcile", stdout=said)

    assert "So does the payment provider." in said.getvalue()


def test_a_provider_that_does_not_answer_is_no_agreement(sandbox):
    sandbox.fail_next(503, 503)
    said = StringIO()

    with pytest.raises(CommandError, match="1 differences"):
        call_command("reconcile", stdout=said)

    assert "nothing was compared" in said.getvalue()


@pytest.mark.parametrize(
    ("model", "change", "sentence"),
    [
        (Pool, {"held": 2}, "pool {pk}: held is 2, lines say 1"),
        (Pool, {"sold": 1}, "pool {pk}: sold is 1, lines say 2"),
        (Deal, {"held": 0}, "deal {pk}: held is 0, lines say 1"),
        (Deal, {"sold": 5}, "deal {pk}: sold is 5, lines say 4"),
        (Promotion, {"held_uses": 0}, "promotion {pk}: held_uses is 0, lines say 1"),
        (Promotion, {"used": 3}, "promotion {pk}: used is 3, lines say 2"),
        (Promotion, {"held_amount": 0}, "promotion {pk}: held_amount is 0, lines say 500"),
        (Promotion, {"spent": 9_99}, "promotion {pk}: spent is 999, lines say 1000"),
        (Claim, {"state": "available"}, "claim {pk}: held is 0, lines say 1"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_counter_that_is_wrong_is_named_and_left_as_it_is(trade, model, change, sentence):
    row = model.objects.earliest("pk")
    model.objects.filter(pk=row.pk).update(**change)

    code, said, why = reconcile()

    assert (code, said, why) == (1, [sentence.format(pk=row.pk)], "1 differences")
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in change} == change


def test_books_that_are_wrong_are_named_too(trade):
    entry = LedgerEntry.objects.filter(account="provider").earliest("pk")
    named = entry.transaction.reference
    pending = Order.objects.get(state="pending")
    with transaction.atomic():
        end.mark_paid(end.lock(pending.pk), at=NOON)

    with transaction.atomic():
        entry.pk, entry.amount = None, 1
        entry.save(force_insert=True)
        code, said, _ = reconcile()
        transaction.set_rollback(True)  # the database would not let it be committed

    assert code == 1
    assert said == [f"{named} sums to 1", f"{pending.number} is paid and not booked"]
