"""A claimed voucher that fits is in the cart by itself; the best of several, until taken off."""

from datetime import timedelta

import pytest

from shop.festivals.models import Claim
from shop.orders.cart.models import CartVoucher
from shop.orders.models import Discount, Order
from shop.orders.place import place_order
from shop.orders.reconcile import differences
from tests import make
from tests.buying import expire, pay
from tests.make import NOON
from tests.shop.orders.cart.carts import fill, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compared")]
LATER = NOON + timedelta(minutes=10)


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def kettle(festival):
    made = make.variant(20_00)
    make.deal(made, during=festival, price=19_00)
    return made


@pytest.fixture
def ada(browser):
    made = make.user()
    browser.force_login(made)
    return made


def claimed(by, festival, title="Welcome", **facts):
    """Return a voucher that somebody has claimed."""
    known = {"group": "voucher", "trigger": "claim", "value": 4_00, "title": title}
    made = make.promotion(festival, **known | facts)
    Claim.objects.create(promotion=made, shopper=by, mailbox=by.mailbox, claimed_at=NOON)
    return made


def cart_of(browser):
    return words(browser.get("/cart/"))


def placed(who, *, at=NOON, **facts):
    return place_order(who, agreed=make.agreed(who, at=at), at=at, **facts).order


def test_a_claimed_voucher_is_used_and_named_without_a_press(browser, ada, festival, kettle):
    claimed(ada, festival)

    fill(browser, {kettle: 1})
    text = cart_of(browser)

    assert "Welcome $4.00 off It is used because you claimed it." in text
    assert "Festival voucher Welcome −$4.00" in text
    assert "Total $20.00" in text
    assert "Remove voucher Welcome" in text
    assert "Apply Welcome" not in text
    assert not CartVoucher.objects.exists()


def test_of_several_the_best_one_is_used_and_the_others_wait(browser, ada, festival, kettle):
    claimed(ada, festival, "Small", value=2_00)
    claimed(ada, festival, "Large", value=5_00)
    claimed(ada, festival, "Too dear", value=9_00, min_spend=90_00)

    fill(browser, {kettle: 1})
    text = cart_of(browser)

    assert "Large $5.00 off" in text
    assert "Festival voucher Small" not in text
    assert "cannot be combined" not in text
    assert "Apply Small" in text


def test_a_typed_code_that_saves_as_much_goes_before_a_claimed_one(browser, ada, festival, kettle):
    claimed(ada, festival, value=4_00)
    make.promotion(festival, group="voucher", trigger="code", code="FOUR", value=4_00)
    make.promotion(festival, group="voucher", trigger="code", code="THREE", value=3_00)
    fill(browser, {kettle: 1})

    browser.post("/cart/voucher/", {"code": "THREE"})
    assert "Welcome $4.00 off" in cart_of(browser)
    assert "THREE The two vouchers cannot be combined" in cart_of(browser)
    browser.post("/cart/voucher/", {"code": "FOUR"})

    assert "FOUR $4.00 off" in cart_of(browser)
    assert "Welcome $4.00 off" not in cart_of(browser)


def test_what_was_taken_off_stays_off_until_it_is_put_back(browser, ada, festival, kettle):
    voucher = claimed(ada, festival)
    fill(browser, {kettle: 1})

    browser.post("/cart/voucher/", {"remove": voucher.pk})
    browser.post(f"/cart/lines/{kettle.pk}/", {"quantity": 2})

    assert "Welcome $4.00 off" not in cart_of(browser)
    assert "Total $43.00" in cart_of(browser)
    browser.post(f"/cart/claim/{voucher.pk}/")
    assert "Welcome $4.00 off" in cart_of(browser)


def test_the_next_cart_uses_a_voucher_again_that_was_taken_off(ada, festival, kettle):
    voucher = claimed(ada, festival)
    who = make.cart({kettle: 1}, of=make.shopper(ada))
    CartVoucher.objects.create(cart=ada.cart, promotion=voucher, is_off=True)
    first = placed(who)
    pay(first)

    make.cart({kettle: 1}, of=who)

    assert (first.total, make.agreed(who).total) == (19_00, 15_00)


def test_an_order_uses_the_claim_up_and_gives_it_back_when_it_expires(ada, festival, kettle):
    claimed(ada, festival)
    who = make.cart({kettle: 1}, of=make.shopper(ada))

    order = placed(who)
    again = placed(who, at=LATER)

    assert (order.total, Claim.objects.get().state) == (15_00, "held")
    assert again == order
    assert Discount.objects.get().claim == Claim.objects.get()
    expire(order)
    assert Claim.objects.get().state == "available"
    pay(placed(who))
    assert Claim.objects.get().state == "used"
    make.cart({kettle: 1}, of=who)
    assert make.agreed(who).total == 19_00
    assert differences() == []


def test_taking_the_voucher_off_makes_another_order(ada, festival, kettle):
    voucher = claimed(ada, festival)
    who = make.cart({kettle: 1}, of=make.shopper(ada))
    order = placed(who)
    CartVoucher.objects.create(cart=ada.cart, promotion=voucher, is_off=True)

    other = placed(who, at=LATER, may_replace=order.pk)

    assert (other.total, Claim.objects.get().state) == (19_00, "available")
    assert set(Order.objects.values_list("state", flat=True)) == {"expired", "pending"}


def test_a_voucher_claimed_after_the_order_was_placed_makes_it_cheaper(ada, festival, kettle):
    who = make.cart({kettle: 1}, of=make.shopper(ada))
    order = placed(who)
    claimed(ada, festival)

    assert placed(who, at=LATER, may_replace=order.pk).total == 15_00


@pytest.mark.parametrize("facts", [
    {"use_from": NOON + timedelta(hours=1)}, {"state": "paused"}, {"max_uses": 0}, {"budget": 1},
], ids=["later", "paused", "used up", "short"])  # fmt: skip
def test_a_claimed_voucher_that_cannot_be_used_is_not_in_the_cart(ada, festival, kettle, facts):
    claimed(ada, festival, **facts)
    who = make.cart({kettle: 1}, of=make.shopper(ada))

    assert make.agreed(who).total == 19_00


def test_nobody_gets_what_somebody_else_claimed(browser, ada, festival, kettle):
    claimed(make.user(), festival)
    fill(browser, {kettle: 1})

    assert "Total $24.00" in cart_of(browser)


def test_a_unique_code_that_nobody_typed_is_in_no_cart_by_itself(browser, festival, kettle):
    batch = make.promotion(festival, group="voucher", trigger="claim", value=4_00)
    Claim.objects.create(promotion=batch, code="ONCE-7F3K")
    fill(browser, {kettle: 1})

    assert "Total $24.00" in cart_of(browser)


def test_an_account_without_a_confirmed_address_gets_nothing_by_itself(browser, festival, kettle):
    eve = make.user(is_verified=False)
    claimed(eve, festival)
    browser.force_login(eve)
    fill(browser, {kettle: 1})

    assert "Total $24.00" in cart_of(browser)


def test_a_voucher_of_nobody_cannot_be_taken_off_a_cart(browser, ada, festival, kettle):
    voucher = make.promotion(festival, trigger="claim", value=4_00)
    fill(browser, {kettle: 1})

    for pk in (voucher.pk, 999_999, "x"):
        assert browser.post("/cart/voucher/", {"remove": pk}).status_code == 303

    assert not CartVoucher.objects.exists()
