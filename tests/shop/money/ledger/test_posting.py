"""The books: every set sums to zero, and says who is owed what."""

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from shop.festivals.models import Fund
from shop.money.ledger.balances import owed_to, unbalanced
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.posting import refunds, sales
from shop.orders import end
from shop.orders.models import Order, Suborder
from shop.orders.reconcile import differences
from shop.orders.refund import record
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@transaction.atomic
def pay(order, at=NOON):
    end.mark_paid(end.lock(order.pk), at=at)
    sales.post_sale(order, at=at)


def booked(order):
    """Return the sums of an order's entries, by account."""
    rows = LedgerEntry.objects.filter(transaction__order=order)
    return dict(rows.values_list("account").annotate(sum=Sum("amount")))


def test_case_66_cash_and_promotions_are_what_merchant_and_platform_get():
    kettle = make.variant(25_00)
    festival = make.festival(commission_bp=800)
    make.deal(kettle, during=festival, price=20_00, subsidy=1_00)
    seller = kettle.product.merchant
    make.promotion(festival, group="merchant", merchant=seller, value=4_00)
    make.promotion(festival, group="save", value=6_00, organizer_share=100)
    order = make.order({kettle: 2})

    pay(order)

    assert booked(order) == {
        "provider": 30_00, "promotions": 8_00, "payable": -34_96, "commission": -3_04,
    }  # fmt: skip
    assert owed_to(seller, "USD") == 34_96
    assert list(unbalanced()) == []


def test_delivery_goes_to_its_merchant_whole_funded_or_paid():
    make.delivery(7_00)
    seller = make.merchant(commission_bp=1_000)
    kettle, festival = make.variant(20_00, of=make.product(of=seller)), make.festival()
    make.deal(kettle, during=festival, price=10_00)
    make.promotion(
        festival, group="shipping", kind="free_shipping", organizer_share=100, min_spend=20_00
    )
    paid, funded = make.order({kettle: 1}), make.order({kettle: 2})

    for order in (paid, funded):
        pay(order)

    # A festival without a commission of its own: the deal's rate is 0.
    assert booked(paid) == {"provider": 17_00, "payable": -17_00}
    assert booked(funded) == {"provider": 20_00, "promotions": 7_00, "payable": -27_00}
    assert owed_to(seller, "USD") == 44_00


def test_tax_that_the_platform_owes_is_kept_apart_and_not_paid_out():
    order = make.order({make.variant(116_00): 1})
    Suborder.objects.update(tax="platform", vat_bp=1_600)

    pay(order)

    assert booked(order) == {"provider": 116_00, "tax": -16_00, "payable": -100_00}


def test_tax_of_a_sale_at_home_is_the_merchant_s_own_affair():
    seller = make.merchant(country="CN", vat_bp=1_300)
    order = make.order({make.variant(113_00, of=make.product(of=seller)): 1})

    pay(order)

    assert booked(order) == {"provider": 113_00, "payable": -113_00}


def test_money_that_nobody_wanted_is_owed_back_until_it_is_sent_back():
    order = make.order({make.variant(20_00): 1})

    sales.post_unwanted(order, 20_00, reference="p", at=NOON)
    assert booked(order) == {"provider": 20_00, "refunds_due": -20_00}
    refunds.post_refund_done(order, 20_00, reference="o", at=NOON)

    assert booked(order) == {"provider": 0, "refunds_due": 0}
    assert list(unbalanced()) == []


def test_an_unbalanced_set_is_refused_and_nothing_is_booked():
    order = make.order({make.variant(20_00): 1})
    Suborder.objects.update(payout=19_99)

    with pytest.raises(ValueError, match=f"sale-{order.pk} does not balance"):
        sales.post_sale(order, at=NOON)

    assert not LedgerTransaction.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_a_sale_is_booked_once():
    order = make.order({make.variant(20_00): 1})
    pay(order)

    with pytest.raises(IntegrityError), transaction.atomic():
        sales.post_sale(order, at=NOON)

    assert booked(order) == {"provider": 20_00, "payable": -20_00}


def random_order(dice, sellers):
    """Order some units from some merchants, with whatever benefits the festival gives."""
    wanted = {
        make.variant(dice.randrange(1_00, 90_00), of=make.product(of=seller)): dice.randint(1, 4)
        for seller in dice.sample(sellers, dice.randint(1, 3))
    }
    festival = make.festival(commission_bp=dice.choice([0, 333, 1_250]))
    for variant in list(wanted)[: dice.randint(0, 2)]:
        price = variant.regular_prices.get().amount * dice.randint(50, 90) // 100
        make.deal(variant, during=festival, price=price, subsidy=dice.choice([0, price // 10]))
    share = dice.choice([0, 33, 100])
    make.promotion(festival, kind="percent", value=dice.randint(3, 30), organizer_share=share)
    make.promotion(festival, group="shipping", kind="free_shipping", organizer_share=share,
                   min_spend=40_00)  # fmt: skip
    return make.order(wanted)


def test_the_books_sum_to_zero_whatever_was_ordered():
    dice = random.Random(66)
    make.delivery(6_55)
    sellers = [make.merchant(commission_bp=bp) for bp in (0, 999, 1_500)]
    orders = [random_order(dice, sellers) for _ in range(40)]
    for n, order in enumerate(orders):
        pay(order, at=NOON + timedelta(minutes=n % 20))

    assert list(unbalanced()) == []
    assert differences() == []
    assert LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"] == 0
    totals = [booked(order) for order in Order.objects.order_by("pk")]
    assert [sums["provider"] for sums in totals] == [order.total for order in orders]
    assert sum(owed_to(seller, "USD") for seller in sellers) == sum(
        part.earned for part in Suborder.objects.all()
    )
    assert sum("promotions" in sums for sums in totals) > 10  # the dice did throw benefits


def bend(order):
    """Let the sale of an order sum to less than zero, as no code can for longer than this."""
    entry = LedgerEntry.objects.filter(transaction__order=order).latest("pk")
    entry.pk, entry.amount = None, -1_00
    entry.save(force_insert=True)


def test_what_is_wrong_with_the_books_is_said():
    bent, lost, early = (make.order({make.variant(20_00): 1}) for _ in range(3))
    pay(bent)
    with transaction.atomic():
        end.mark_paid(end.lock(lost.pk), at=NOON)
    sales.post_sale(early, at=NOON)

    with transaction.atomic():
        bend(bent)
        assert list(unbalanced()) == [
            f"sale-{bent.pk} sums to -100",
            f"{lost.number} is paid and not booked",
            f"{early.number} is booked and not paid",
        ]
        transaction.set_rollback(True)  # the database would not let it be committed


def by_fund(order):
    rows = LedgerEntry.objects.filter(transaction__order=order)
    sums = rows.values_list("account", "fund__sponsor").annotate(sum=Sum("amount"))
    return {(account, fund): amount for account, fund, amount in sums}


def test_what_fund_and_organizer_give_for_one_line_is_kept_apart():
    """A deal of one sponsor, a saving of another, and free delivery by the organizer."""
    make.delivery(7_00)
    kettle, festival = make.variant(25_00), make.festival()
    guild, bank = (
        Fund.objects.create(festival=festival, sponsor=name, amount=500_00)
        for name in ("Guild", "Bank")
    )
    make.deal(kettle, during=festival, price=20_00, subsidy=1_00, fund=guild, allotment=5)
    make.promotion(festival, group="save", value=6_00, organizer_share=100, fund=bank)
    make.promotion(
        festival, group="shipping", kind="free_shipping", organizer_share=100, min_spend=20_00
    )
    order = make.order({kettle: 2})
    pay(order)

    assert by_fund(order) == {
        ("provider", None): 34_00,
        ("funds", "Guild"): 2_00,
        ("funds", "Bank"): 6_00,
        ("promotions", None): 7_00,
        ("payable", None): -49_00,
    }
    order.refresh_from_db()
    back = record(order, {order.lines.get(): 1}, cause="wrong_price", at=NOON)
    refunds.post_refund(back, at=NOON)
    assert by_fund(order)[("funds", "Guild")] == 1_00
    assert by_fund(order)[("funds", "Bank")] == 3_00
    order.refresh_from_db()
    rest = record(order, {order.lines.get(): 1}, cause="wrong_price", at=NOON)
    refunds.post_refund(rest, at=NOON)
    assert set(by_fund(order).values()) == {0, 34_00, -34_00}  # owed until it is sent
