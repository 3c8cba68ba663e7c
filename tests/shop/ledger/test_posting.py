"""The books: every set sums to zero, and says who is owed what."""

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from shop.ledger import posting
from shop.ledger.balances import owed_to, unbalanced
from shop.ledger.models import LedgerEntry, LedgerTransaction
from shop.orders import end
from shop.orders.models import Order, Suborder
from shop.orders.reconcile import differences
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@transaction.atomic
def pay(order, at=NOON):
    end.mark_paid(end.lock(order.pk), at=at)
    posting.post_sale(order, at=at)


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
        "cash": 30_00, "promotions": 8_00, "payable": -34_96, "commission": -3_04,
    }  # fmt: skip
    assert owed_to(seller) == 34_96
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
    assert booked(paid) == {"cash": 17_00, "payable": -17_00}
    assert booked(funded) == {"cash": 20_00, "promotions": 7_00, "payable": -27_00}
    assert owed_to(seller) == 44_00


def test_tax_that_the_platform_owes_is_kept_apart_and_not_paid_out():
    order = make.order({make.variant(116_00): 1})
    Suborder.objects.update(tax="platform", vat_bp=1_600)

    pay(order)

    assert booked(order) == {"cash": 116_00, "tax": -16_00, "payable": -100_00}


def test_tax_of_a_sale_at_home_is_the_merchant_s_own_affair():
    seller = make.merchant(country="CN", vat_bp=1_300)
    order = make.order({make.variant(113_00, of=make.product(of=seller)): 1})

    pay(order)

    assert booked(order) == {"cash": 113_00, "payable": -113_00}


def test_money_that_nobody_wanted_is_owed_back_until_it_is_sent_back():
    order = make.order({make.variant(20_00): 1})

    posting.post_unwanted(order, 20_00, reference="p", at=NOON)
    assert booked(order) == {"cash": 20_00, "refunds_due": -20_00}
    posting.post_sent_back(order, 20_00, reference="o", at=NOON)

    assert booked(order) == {"cash": 0, "refunds_due": 0}
    assert list(unbalanced()) == []


def test_an_unbalanced_set_is_refused_and_nothing_is_booked():
    order = make.order({make.variant(20_00): 1})
    Suborder.objects.update(payout=19_99)

    with pytest.raises(ValueError, match=f"sale-{order.pk} does not balance"):
        posting.post_sale(order, at=NOON)

    assert not LedgerTransaction.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_a_sale_is_booked_once():
    order = make.order({make.variant(20_00): 1})
    pay(order)

    with pytest.raises(IntegrityError), transaction.atomic():
        posting.post_sale(order, at=NOON)

    assert booked(order) == {"cash": 20_00, "payable": -20_00}


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
    assert [sums["cash"] for sums in totals] == [order.total for order in orders]
    assert sum(map(owed_to, sellers)) == sum(part.earned for part in Suborder.objects.all())
    assert sum("promotions" in sums for sums in totals) > 10  # the dice did throw benefits


def test_what_is_wrong_with_the_books_is_said():
    bent, lost, early = (make.order({make.variant(20_00): 1}) for _ in range(3))
    pay(bent)
    LedgerEntry.objects.filter(account="cash").update(amount=19_00)
    with transaction.atomic():
        end.mark_paid(end.lock(lost.pk), at=NOON)
    posting.post_sale(early, at=NOON)

    assert list(unbalanced()) == [
        f"sale-{bent.pk} sums to -100",
        f"{lost.number} is paid and not booked",
        f"{early.number} is booked and not paid",
    ]
