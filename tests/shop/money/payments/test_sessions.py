"""Cases 1 to 21 of the payment rules: orders and Checkout sessions."""

from datetime import timedelta

import pytest
from django.core import mail

from shop.catalogue.stock.models import Pool
from shop.core.errors import BelowMinimum, NotPossible, OutOfStock, PriceChanged
from shop.money.ledger.models import LedgerEntry
from shop.money.payments.apply import apply_session
from shop.money.payments.collect import start_payment
from shop.money.payments.models import Payment
from shop.money.payments.sweep import expire_overdue
from shop.orders.models import Order
from shop.orders.place import place_order
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import (
    ADDRESSES,
    assert_books_agree,
    begin,
    deliver,
    press_pay,
    set_clocks,
    the_order,
)
from tests.queue import run_queued_work
from tests.shop.money.payments.books import charged, sessions, watch_openings
from tools.sandbox.errors import NotPayable

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
LATER = NOON + timedelta(minutes=5)
TOO_LATE = NOON + timedelta(minutes=32)


def test_case_1_three_merchants_share_one_session_and_their_parts_add_up(till):
    terms = {20_00: 800, 31_00: 500, 7_50: 0}  # basis points that the platform keeps, by price
    sold = {price: make.product(of=make.merchant(commission_bp=bp)) for price, bp in terms.items()}
    payment = begin(make.cart({make.variant(price, of=sold[price]): 1 for price in terms}))

    till.pay(payment.session_id)
    deliver(till)

    order = the_order()
    assert order.is_paid
    assert Payment.objects.get().amount == order.total == 58_50
    assert [session["amount_total"] for session in sessions(till)] == [58_50]
    assert charged(till) == [58_50]
    parts = order.suborders.order_by("-commission")
    assert [(part.earned, part.commission) for part in parts] == [
        (18_40, 1_60), (29_45, 1_55), (7_50, 0),
    ]  # fmt: skip
    assert booked("payable") == [-29_45, -18_40, -7_50]
    assert booked("commission") == [-1_60, -1_55]
    assert booked("provider") == [58_50]
    assert_books_agree()


def booked(account):
    return sorted(LedgerEntry.objects.filter(account=account).values_list("amount", flat=True))


@with_threads
def test_case_2_a_double_click_makes_one_order_and_one_session(till):
    who = make.cart({make.variant(20_00): 1})

    first, second = at_once([lambda: press_pay(who), lambda: press_pay(who)])

    payment = Payment.objects.get()
    assert first.order == second.order == payment.order
    assert first.payment_url == second.payment_url == payment.session_url
    assert [(s["id"], s["status"]) for s in sessions(till)] == [(payment.session_id, "open")]
    assert Pool.objects.get().held == 1


def test_case_3_a_changed_cart_closes_the_old_session_and_charges_the_new_total(till, monkeypatch):
    seen = watch_openings(till, monkeypatch)
    kettle, cup = make.variant(20_00, on_hand=1), make.variant(5_00)
    who = make.cart({kettle: 1})
    old = begin(who)
    make.cart({cup: 2}, of=who)

    new = begin(who, at=LATER)

    old.refresh_from_db()
    assert (old.state, new.state) == ("superseded", "open")
    assert new.amount == 30_00
    assert Order.objects.get(pk=old.order_id).state == "expired"
    assert Pool.objects.get(variants=kettle).held == 1
    assert seen == [[], ["expired"]]
    with pytest.raises(NotPayable):
        till.pay(old.session_id)
    deliver(till)
    assert Order.objects.get(pk=new.order_id).is_pending
    till.pay(new.session_id)
    deliver(till)
    assert Order.objects.get(pk=new.order_id).is_paid
    assert charged(till) == [30_00]
    assert_books_agree()


def test_case_6_an_expired_session_frees_the_goods_once_and_sends_no_mail(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    set_clocks(till, TOO_LATE)

    expire_overdue(at=TOO_LATE)
    deliver(till)
    expire_overdue(at=TOO_LATE)

    payment.refresh_from_db()
    assert payment.state == "expired"
    assert the_order().state == "expired"
    assert (Pool.objects.get().held, Pool.objects.get().free) == (0, 1000)
    run_queued_work()
    assert mail.outbox == []
    assert_books_agree()


def test_case_7_a_decline_leaves_no_trace_and_the_same_session_can_be_paid(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.decline(payment.session_id)
    deliver(till)
    assert the_order().is_pending

    till.pay(payment.session_id)
    deliver(till)

    assert the_order().is_paid
    assert Payment.objects.get().state == "paid"


def test_case_8_after_cancelling_the_order_can_still_be_paid_while_it_is_held(till):
    who = make.cart({make.variant(20_00): 1})
    first = begin(who)

    again = begin(who, at=LATER)

    assert again.pk == first.pk
    assert Pool.objects.get().held == 1
    till.pay(again.session_id)
    deliver(till)
    assert the_order().is_paid


@with_threads
def test_case_11_of_two_carts_for_the_last_item_the_loser_hears_it_before_paying(till):
    kettle = make.variant(20_00, on_hand=1)
    carts = [make.cart({kettle: 1}) for _ in range(2)]
    agreed = [make.agreed(who) for who in carts]
    results = at_once(
        [
            lambda w=w, a=a: start_payment(w, agreed=a, addresses=ADDRESSES, at=NOON)
            for w, a in zip(carts, agreed, strict=True)
        ]
    )

    assert sum(isinstance(result, OutOfStock) for result in results) == 1
    assert Payment.objects.count() == 1


@with_threads
def test_case_12_carts_with_the_same_products_in_opposite_order_all_get_them(till):
    kettle, cup = make.variant(20_00), make.variant(5_00)
    carts = [make.cart(dict.fromkeys(wanted, 1))
             for _ in range(50) for wanted in ((kettle, cup), (cup, kettle))]  # fmt: skip

    results = at_once([lambda w=w: press_pay(w) for w in carts], threads=16)

    assert len({result.payment_url for result in results}) == 100
    assert list(Pool.objects.values_list("held", flat=True)) == [100, 100]
    assert_books_agree()


def test_case_15_nothing_is_never_charged(till):
    who = make.cart({make.variant(20_00): 1})
    place_order(who, agreed=make.agreed(who), at=NOON)
    Order.objects.update(goods=0, total=0)

    with pytest.raises(ValueError, match="0 is below the least charge"):
        press_pay(who, at=LATER)

    assert not Payment.objects.exists()
    assert sessions(till) == []


def test_case_16_too_little_is_stopped_at_the_cart_and_the_provider_s_own_no_is_handled(till):
    crumb = make.cart({make.variant(30): 1})
    with pytest.raises(BelowMinimum):
        press_pay(crumb)
    assert not Order.objects.exists()

    who = make.cart({make.variant(20_00): 1})
    till.fail_next(400, code="amount_too_small")
    with pytest.raises(NotPossible, match="This amount cannot be paid"):
        press_pay(who)

    assert Payment.objects.get().state == "failed"
    assert sessions(till) == []
    assert press_pay(who, at=LATER).order == the_order()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("email_invalid", "Enter an email address in the correct"),
        ("", "does not accept this order. Nothing was charged."),
    ],
)
def test_case_16_other_refusals_do_not_blame_the_amount(till, code, said):
    till.fail_next(400, code=code)

    with pytest.raises(NotPossible, match=said):
        press_pay(make.cart({make.variant(20_00): 1}))


def test_case_17_a_cart_of_101_lines_is_grouped_by_merchant_and_costs_the_same(till):
    baskets, clay = (make.product(of=make.merchant(name=name)) for name in ("Baskets", "Clay"))
    wanted = {make.variant(1_00 + n, of=clay if n % 2 else baskets): 1 for n in range(101)}

    payment = begin(make.cart(wanted))

    asked = {line["name"]: line["amount"] * line["quantity"] for line in payment.request["lines"]}
    assert asked == {"Baskets": 76_50, "Clay": 75_00}  # 51 even and 50 odd numbers of cents
    (session,) = sessions(till)
    items = till.world.store.notes(session["id"])["items"]
    assert [(item["description"], item["amount_total"]) for item in items] == list(asked.items())
    assert session["amount_total"] == payment.amount == 151_50


def test_a_price_that_changed_is_refused_and_the_replaced_order_is_freed(till):
    kettle, cup = make.variant(20_00), make.variant(5_00)
    who = make.cart({kettle: 1})
    begin(who)
    make.cart({cup: 1}, of=who)
    seen = make.agreed(who)
    make.reprice(cup, 6_00, at=NOON + timedelta(seconds=1))
    with pytest.raises(PriceChanged):
        start_payment(who, agreed=seen, addresses=ADDRESSES, at=LATER)

    assert the_order().state == "expired"
    assert list(Pool.objects.values_list("held", flat=True)) == [0, 0]
    assert_books_agree()


def test_the_same_session_can_be_applied_again_and_again(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)

    for _ in range(3):
        apply_session(payment.session_id, at=LATER)

    assert Pool.objects.get().sold == 1
    assert_books_agree()
