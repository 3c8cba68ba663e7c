"""Cases 63 and 64, P56: when a voucher comes back, and when another one is given."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.festivals.models import (
    Claim,
    Enrolment,
    Fund,
    Participation,
    Promotion,
    PromotionUsage,
)
from shop.festivals.promotions.vouchers import claim_voucher, find_voucher
from shop.orders import end
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order, ReturnedClaim
from shop.orders.reconcile import differences
from shop.orders.refund import record
from tests import make
from tests.buying import pay
from tests.make import END, NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
CLOSED = NOON + 2 * HOUR  # when the voucher can be used no more, while the festival goes on
USED, BACK = "used", "available"


@pytest.fixture
def festival(db):
    return make.festival()


def voucher(festival, **facts):
    known = {"group": "voucher", "trigger": "claim", "value": 6_00, "budget": 60_00,
             "per_shopper": 1, "max_uses": 5, "use_to": NOON + 2 * HOUR}  # fmt: skip
    return make.promotion(festival, **known | facts)


def taking_part(festival, **facts):
    """Return a variant whose product takes part in the festival, at its usual price."""
    made = make.variant(20_00, **facts)
    product = made.product
    Enrolment.objects.create(festival=festival, merchant=product.merchant, state="accepted",
                             commission_bp=0)  # fmt: skip
    Participation.objects.create(festival=festival, product=product)
    return made


def bought(festival, *, units=(1, 1), **facts):
    """Return an order of two lines that one voucher was used over, and its claim."""
    ada = make.user()
    mine = claim_voucher(voucher(festival, **facts), ada, at=NOON)
    wanted = {taking_part(festival, on_hand=9): count for count in units}
    order = make.order(wanted, of=make.shopper(ada))
    pay(order)
    return Order.objects.get(pk=order.pk), mine


def send_back(order, lines, *, cause="return", at=NOON + HOUR, restock=None):
    with transaction.atomic():
        locked = end.lock(order.pk)
        rows = list(locked.lines.order_by("pk"))
        return record(locked, {rows[i]: n for i, n in lines.items()}, cause=cause, at=at,
                      restock=restock)  # fmt: skip


def stand(claim):
    claim.refresh_from_db()
    row = Promotion.objects.get(pk=claim.promotion_id)
    return claim.state, row.used, row.spent


def test_case_63_a_voucher_comes_back_with_the_last_of_its_lines(festival):
    order, claim = bought(festival)

    send_back(order, {0: 1})
    assert stand(claim) == (USED, 1, 6_00)
    send_back(order, {1: 1})

    assert stand(claim) == (BACK, 0, 0)
    assert PromotionUsage.objects.get().used == 0
    assert differences() == []
    again = make.cart({taking_part(festival): 1}, of=make.shopper(order.user), at=NOON + HOUR)
    assert price_cart(again, at=NOON + HOUR).quote.total == 14_00


def test_a_part_of_a_line_does_not_bring_a_voucher_back(festival):
    order, claim = bought(festival, units=(2,))

    send_back(order, {0: 1})
    assert stand(claim) == (USED, 1, 6_00)
    send_back(order, {0: 1})

    assert stand(claim) == (BACK, 0, 0)


def shipping_voucher(festival, *, rate=6_00):
    """Return an order of two lines whose delivery a voucher paid for, and its claim."""
    ada = make.user()
    make.delivery(rate)
    facts = {"group": "shipping", "kind": "free_shipping", "value": 0}
    mine = claim_voucher(voucher(festival, **facts), ada, at=NOON)
    wanted = {taking_part(festival, on_hand=9): 2}
    order = make.order(wanted, of=make.shopper(ada))
    pay(order)
    return Order.objects.get(pk=order.pk), mine


def test_a_voucher_for_the_delivery_comes_back_with_the_last_unit_whenever_it_goes(festival):
    order, claim = shipping_voucher(festival)
    assert stand(claim) == (USED, 1, 6_00)

    send_back(order, {0: 1})
    assert stand(claim)[0] == USED
    send_back(order, {0: 1})

    assert stand(claim) == (BACK, 0, 0)
    assert differences() == []


def test_case_64_after_its_time_it_stays_used_unless_the_shopper_is_not_to_blame(festival):
    order, claim = bought(festival)

    send_back(order, {0: 1, 1: 1}, at=CLOSED)

    assert stand(claim) == (USED, 1, 6_00)
    assert not ReturnedClaim.objects.exists()
    assert differences() == []


def test_case_64_where_the_store_could_not_deliver_an_equal_one_is_given(festival):
    order, claim = bought(festival)

    send_back(order, {0: 1, 1: 1}, cause="cannot_deliver", at=CLOSED)

    row = ReturnedClaim.objects.get()
    new = row.instead.promotion
    assert (row.claim, row.instead.shopper, row.instead.state) == (claim, order.user, BACK)
    assert (new.value, new.use_from, new.use_to - CLOSED) == (6_00, CLOSED, END - CLOSED)
    assert new.max_uses == new.max_claims == new.claimed == 1
    assert stand(claim) == (USED, 1, 6_00)
    assert differences() == []
    again = make.cart({taking_part(festival): 1}, of=make.shopper(order.user), at=CLOSED + HOUR)
    assert price_cart(again, at=CLOSED + HOUR).quote.total == 14_00


def test_an_equal_one_belongs_to_its_shopper_alone_and_is_offered_to_nobody(festival):
    order, _claim = bought(festival)
    send_back(order, {0: 1, 1: 1}, cause="cannot_deliver", at=CLOSED)

    other = make.cart({taking_part(festival): 1}, of=make.shopper(make.user()), at=CLOSED + HOUR)
    assert price_cart(other, at=CLOSED + HOUR).quote.total == 20_00


def test_a_unique_code_is_given_anew_with_another_code(festival):
    coded = voucher(festival, trigger="code")
    used = Claim.objects.create(promotion=coded, code="KUDU2345ZX")
    who = make.shopper(make.user())
    order = make.order({taking_part(festival): 1}, of=who, codes=("KUDU2345ZX",))
    pay(order)

    send_back(Order.objects.get(), {0: 1}, cause="cannot_deliver", at=CLOSED)

    new = Claim.objects.exclude(pk=used.pk).get()
    assert new.code != used.code
    assert find_voucher(new.code, at=CLOSED + HOUR, user=None).claim_id == new.pk


@pytest.mark.parametrize(("left", "is_sponsored"), [(6_00, True), (0, False)])
def test_a_sponsor_gives_again_as_far_as_the_fund_has_something_left(festival, left, is_sponsored):
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=60_00 + left,
                               committed=60_00)  # fmt: skip
    order, _claim = bought(festival, fund=fund, organizer_share=100)

    send_back(order, {0: 1, 1: 1}, cause="cannot_deliver", at=CLOSED)

    new = ReturnedClaim.objects.get().instead.promotion
    fund.refresh_from_db()
    assert (new.fund == fund, fund.committed) == (is_sponsored, 60_00 + (left and 6_00))


@pytest.mark.parametrize(("state", "at"), [("closed", CLOSED), ("published", END)])
def test_after_the_festival_no_voucher_can_be_given(festival, state, at):
    order, claim = bought(festival)
    type(festival).objects.update(state=state)

    send_back(order, {0: 1, 1: 1}, cause="cannot_deliver", at=at)

    assert stand(claim) == (USED, 1, 6_00)
    assert not ReturnedClaim.objects.exists()


def test_what_a_bank_took_back_brings_no_voucher(festival):
    order, claim = bought(festival)

    send_back(order, {0: 1, 1: 1}, cause="dispute")

    assert stand(claim) == (USED, 1, 6_00)
    assert differences() == []


def test_a_paused_voucher_comes_back_for_when_it_goes_on(festival):
    order, claim = bought(festival)
    Promotion.objects.update(state="paused")

    send_back(order, {0: 1, 1: 1})

    assert stand(claim) == (BACK, 0, 0)


def test_case_68_what_stays_of_an_order_keeps_the_festivals_prices_after_its_end(festival):
    ada = make.user()
    kettle = taking_part(festival, on_hand=9)
    make.deal(kettle, during=festival, price=15_00)
    claim_voucher(voucher(festival), ada, at=NOON)
    order = make.order({kettle: 3}, of=make.shopper(ada))
    pay(order)
    line = order.lines.get()
    assert (line.price, line.paid) == (15_00, 39_00)

    refund = send_back(Order.objects.get(pk=order.pk), {0: 1}, at=END + HOUR)

    line.refresh_from_db()
    assert (line.price, line.paid, line.quantity) == (15_00, 39_00, 3)
    assert refund.amount == 13_00  # a third of what was paid, and nothing is reckoned anew
    assert differences() == []
