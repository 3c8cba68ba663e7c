"""A voucher that the least charge takes back whole is said to take nothing off."""

import pytest

from shop.festivals.models import Claim
from tests import make
from tests.shop.checkout.steps import give_address
from tests.shop.orders.cart.carts import fill, words

pytestmark = pytest.mark.django_db
SENTENCE = "At least $0.50 has to be paid, so nothing more comes off."


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def cup(festival):
    """Return a cup at 5.50 that is sent for nothing, with a voucher of its store over 5.00."""
    make.delivery(0)
    made = make.variant(6_00)
    make.deal(made, during=festival, price=5_50)
    make.promotion(festival, group="merchant", trigger="code", code="STORE5", value=5_00,
                   merchant=made.product.merchant)  # fmt: skip
    return made


def pick(browser, *codes):
    for code in codes:
        assert browser.post("/cart/voucher/", {"code": code}).status_code == 303


def test_a_pick_that_the_least_charge_takes_back_whole_says_so(browser, festival, cup):
    make.promotion(festival, group="voucher", trigger="code", code="TWO", value=2_00)
    fill(browser, {cup: 1})

    pick(browser, "STORE5", "TWO")
    text = words(browser.get("/cart/"))

    assert "STORE5 $5.00 off" in text
    assert f"TWO {SENTENCE}" in text
    assert "Total $0.50" in text


def test_the_checkout_says_it_too(browser, festival, cup):
    make.promotion(festival, group="voucher", trigger="code", code="TWO", value=2_00)
    fill(browser, {cup: 1})
    pick(browser, "STORE5", "TWO")

    address = words(browser.get("/checkout/"))
    give_address(browser)
    delivery = words(browser.get("/checkout/delivery/"))

    assert f"TWO: {SENTENCE}" in address
    assert f"TWO: {SENTENCE}" in delivery
    assert "STORE5:" not in delivery


def test_what_shrinks_and_still_takes_something_off_is_named_with_its_amount(
    browser, festival, cup
):
    make.promotion(festival, group="voucher", trigger="code", code="SIX", value=6_00)
    fill(browser, {cup: 1})

    pick(browser, "SIX")
    text = words(browser.get("/cart/"))

    assert "SIX $5.00 off" in text
    assert SENTENCE not in text


def test_a_benefit_that_nobody_picked_is_said_by_its_name(browser, festival, cup):
    make.promotion(festival, title="Spend and save", value=1_00)
    fill(browser, {cup: 1})

    pick(browser, "STORE5")

    assert f"Spend and save: {SENTENCE}" in words(browser.get("/cart/"))


def test_a_claimed_voucher_that_would_leave_too_little_stays_in_the_pocket(browser, festival, cup):
    ada = make.user()
    voucher = make.promotion(festival, group="voucher", trigger="claim", title="Two", value=2_00)
    Claim.objects.create(
        promotion=voucher, shopper=ada, mailbox=ada.mailbox, claimed_at=festival.starts_at
    )
    browser.force_login(ada)
    fill(browser, {cup: 1})

    pick(browser, "STORE5")
    text = words(browser.get("/cart/"))

    assert f"Two: {SENTENCE}" in text
    assert "Apply Two" in text


def test_it_is_said_in_french(browser, festival, cup):
    make.promotion(festival, group="voucher", trigger="code", code="TWO", value=2_00)
    fill(browser, {cup: 1})
    pick(browser, "STORE5", "TWO")

    assert "TWO Il faut payer au moins" in words(browser.get("/fr/cart/"))
