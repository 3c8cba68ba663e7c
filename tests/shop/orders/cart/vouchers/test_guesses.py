"""Whoever types codes until one fits has to wait; whoever has a code does not."""

from datetime import timedelta

import pytest
from django.test import Client

from shop.core.errors import TooManyTries, WrongCode
from shop.festivals.models import Claim
from shop.orders.cart.models import Cart, CartVoucher, VoucherTry
from shop.orders.cart.vouchers.guesses import WITHIN, forget_tries, one_try
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.shop.orders.cart.carts import fill, words

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def kettle():
    festival = make.festival()
    make.promotion(festival, group="voucher", trigger="code", code="RIGHT", value=1_00)
    return make.variant(20_00)


def use(browser, code):
    return browser.post("/cart/voucher/", {"code": code})


def guest(kettle):
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    fill(browser, {kettle: 1})
    return browser


def guess(browser, times, *, since=0):
    return [use(browser, f"GUESS{number}").status_code for number in range(since, since + times)]


def test_after_ten_wrong_codes_none_is_looked_at_until_the_first_is_old(browser, kettle, clock_at):
    fill(browser, {kettle: 1})
    assert guess(browser, 10) == [409] * 10

    told = use(browser, "RIGHT")

    minutes = int(told.headers["Retry-After"]) // 60
    assert told.status_code == 429
    assert f"Too many wrong codes. Try again in {minutes} minutes." in words(told)
    assert (VoucherTry.objects.count(), CartVoucher.objects.count()) == (10, 0)
    clock_at(VoucherTry.objects.earliest("at").at + WITHIN)
    assert use(browser, "RIGHT").status_code == 303


def test_the_refusal_is_swapped_into_the_cart_that_htmx_shows(browser, kettle):
    fill(browser, {kettle: 1})
    guess(browser, 10)

    answer = browser.post("/cart/voucher/", {"code": "GUESS"}, headers={"HX-Request": "true"})

    assert answer.status_code == 429
    assert answer.text.lstrip().startswith('<div id="cart">')
    assert '"409|422|429|503","swap":true' in browser.get("/cart/").text


def test_it_is_said_when_the_next_try_is_free():
    who = make.cart({make.variant(): 1})
    cart = Cart.objects.get(token_hash=who.token_hash)
    for number in range(10):
        with pytest.raises(WrongCode), one_try(cart, who, at=NOON + number * SECOND):
            raise WrongCode

    for later, minutes in ((10, 10), (60, 9), (61, 9), (599, 1)):
        with pytest.raises(TooManyTries) as brake, one_try(cart, who, at=NOON + later * SECOND):
            pass
        assert brake.value.minutes == minutes

    with one_try(cart, who, at=NOON + WITHIN):
        assert VoucherTry.objects.count() == 11
    assert VoucherTry.objects.count() == 10


def test_right_codes_and_those_that_cannot_be_used_now_are_no_guesses(browser, kettle):
    make.promotion(make.festival(), group="voucher", trigger="code", code="OVER", value=1_00,
                   use_to=NOON - timedelta(days=1))  # fmt: skip
    fill(browser, {kettle: 1})
    for code in ("RIGHT", "OVER", "", " right "):
        for _ in range(12):
            assert use(browser, code).status_code in {303, 409}

    assert not VoucherTry.objects.exists()


def test_a_code_of_somebody_else_is_a_guess(browser, kettle):
    pocket = make.promotion(make.festival(), group="voucher", trigger="code", value=1_00)
    Claim.objects.create(promotion=pocket, shopper=make.user(), code="THEIRS")
    fill(browser, {kettle: 1})

    assert use(browser, "THEIRS").status_code == 409
    assert VoucherTry.objects.count() == 1


def test_guests_of_a_network_share_sixty_and_an_account_has_its_own(browser, kettle):
    for number in range(6):
        assert guess(guest(kettle), 10, since=10 * number) == [409] * 10

    told = use(guest(kettle), "RIGHT")

    assert told.status_code == 429
    assert "Too many wrong codes came from your network. Try again in " in words(told)
    assert " or sign in with a confirmed email address." in words(told)
    browser.force_login(make.user())
    fill(browser, {kettle: 1})
    assert use(browser, "RIGHT").status_code == 303


def test_two_accounts_of_one_mailbox_have_ten_tries_together(browser, kettle):
    for address, said in (("amara@gmail.com", [409] * 10), ("ama.ra+1@gmail.com", [429] * 10)):
        browser.force_login(make.user(address))
        fill(browser, {kettle: 1})
        assert guess(browser, 10) == said


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_get_no_more_tries():
    who = make.cart({make.variant(): 1})
    cart = Cart.objects.get(token_hash=who.token_hash)

    def guess_once():
        with one_try(cart, who, at=NOON):
            raise WrongCode

    results = at_once([guess_once for _ in range(24)], threads=8)

    assert [isinstance(result, TooManyTries) for result in results].count(False) == 10
    assert VoucherTry.objects.count() == 10


def test_tries_that_count_no_longer_are_forgotten(browser, kettle):
    fill(browser, {kettle: 1})
    guess(browser, 3)

    assert forget_tries(at=VoucherTry.objects.earliest("at").at + WITHIN - SECOND) == 0
    assert forget_tries(at=VoucherTry.objects.latest("at").at + WITHIN) == 3
