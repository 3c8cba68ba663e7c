from datetime import timedelta

import pytest

from shop.festivals.models import Claim
from shop.orders.cart.models import CartVoucher
from tests import make
from tests.make import NOON
from tests.shop.orders.cart.carts import fill, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compared")]


def listed(price=20_00, *, during, **facts):
    kettle = make.variant(price, **facts)
    make.deal(kettle, during=during, price=price - 1_00, allotment=90)
    return kettle


def use(browser, code):
    return browser.post("/cart/voucher/", {"code": code})


def test_a_festival_voucher_is_used_named_and_removed(browser):
    festival = make.festival()
    voucher = make.promotion(
        festival, group="voucher", kind="percent", value=10, trigger="code", code="BAOBAB10"
    )
    fill(browser, {listed(31_00, during=festival): 1})

    assert use(browser, " baobab10 ").status_code == 303
    text = words(browser.get("/cart/"))

    assert "BAOBAB10 $3.00 off" in text
    assert "Festival voucher BAOBAB10 −$3.00" in text
    assert "Total $32.00" in text
    browser.post("/cart/voucher/", {"remove": voucher.pk})
    assert "BAOBAB10" not in words(browser.get("/cart/"))


def test_a_store_voucher_stands_in_the_block_of_its_store(browser):
    festival, store = make.festival(), make.merchant(name="Adire House")
    make.promotion(
        festival, group="merchant", kind="amount", value=5_00, trigger="code", code="ADIRE5",
        merchant=store,
    )  # fmt: skip
    fill(browser, {make.variant(40_00, of=make.product(of=store)): 1, make.variant(): 1})

    use(browser, "ADIRE5")
    answer = browser.get("/cart/")

    block = answer.text.split('aria-label="Adire House"')[1].split("</section>")[0]
    assert "ADIRE5" in block
    assert "Subtotal $40.00" in " ".join(words(answer).split())
    assert "Store voucher ADIRE5 −$5.00" in words(answer)


def test_a_store_voucher_stays_in_sight_when_the_stores_lines_are_gone(browser):
    festival, store = make.festival(), make.merchant()
    make.promotion(
        festival, group="merchant", value=5_00, trigger="code", code="ADIRE5", merchant=store
    )
    throw = make.variant(of=make.product(of=store))
    fill(browser, {throw: 1, make.variant(): 1})
    use(browser, "ADIRE5")
    browser.post(f"/cart/lines/{throw.pk}/", {"remove": "1"})

    text = words(browser.get("/cart/"))

    assert "ADIRE5 Nothing in your cart counts for this voucher." in text
    assert "Remove voucher ADIRE5" in text


@pytest.mark.parametrize("code", ["", "NOSUCH", "'; DROP TABLE", "é" * 300, "\x00"])
def test_a_code_that_nobody_knows_is_answered_at_the_field(browser, code):
    fill(browser, {make.variant(): 1})

    answer = use(browser, code)

    assert answer.status_code == 409
    assert "No voucher has this code. Check the letters and digits." in answer.text
    assert '<p class="err" id="code_error"' in answer.text
    assert not CartVoucher.objects.exists()


def test_a_voucher_that_has_not_begun_or_is_over_says_when(browser):
    festival = make.festival()
    dates = {"use_from": NOON + timedelta(days=1), "use_to": festival.ends_at}
    make.promotion(festival, trigger="code", code="LATER", value=1_00, **dates)
    dates = {"use_from": festival.starts_at, "use_to": NOON - timedelta(days=1)}
    make.promotion(festival, trigger="code", code="EARLIER", value=1_00, **dates)
    fill(browser, {make.variant(): 1})

    assert "This voucher starts on" in use(browser, "LATER").text
    assert "This voucher ended on" in use(browser, "EARLIER").text
    assert not CartVoucher.objects.exists()


def test_a_voucher_that_ended_while_it_was_picked_says_so_and_the_cart_lives(browser, clock_at):
    festival = make.festival()
    make.promotion(
        festival, group="voucher", value=1_00, trigger="code", code="TODAY",
        use_to=NOON + timedelta(hours=1),
    )  # fmt: skip
    fill(browser, {listed(during=festival): 1})
    use(browser, "TODAY")
    clock_at(NOON + timedelta(hours=2))

    text = words(browser.get("/cart/"))

    assert "TODAY This voucher ended on 12 May." in text
    assert "Total $24.00" in text


def test_a_guest_is_told_that_a_limited_voucher_needs_an_account(browser):
    make.promotion(make.festival(), trigger="code", code="ONCE", value=1_00, per_shopper=1)
    fill(browser, {make.variant(): 1})

    answer = use(browser, "ONCE")

    assert "Sign in with a confirmed email address to use this voucher." in answer.text
    assert not CartVoucher.objects.exists()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"min_spend": 50_00}, "Add $31.00 to use this voucher."),
        ({"max_uses": 0}, "All vouchers of this kind have been used."),
        ({"budget": 0}, "All vouchers of this kind have been used."),
    ],
)
def test_a_picked_voucher_that_takes_nothing_off_says_why(browser, facts, sentence):
    festival = make.festival()
    make.promotion(festival, group="voucher", value=2_00, trigger="code", code="TWO", **facts)
    fill(browser, {listed(during=festival): 1})

    use(browser, "TWO")

    assert f"TWO {sentence}" in words(browser.get("/cart/"))


def test_a_voucher_for_which_nothing_counts_says_so(browser):
    make.promotion(make.festival(), group="voucher", value=2_00, trigger="code", code="TWO")
    fill(browser, {make.variant(): 1})

    use(browser, "TWO")

    assert "TWO Nothing in your cart counts for this voucher." in words(browser.get("/cart/"))


def test_of_two_vouchers_that_exclude_each_other_the_better_one_is_used(browser):
    festival = make.festival()
    for code, value in (("TWO", 2_00), ("THREE", 3_00)):
        make.promotion(festival, group="voucher", value=value, trigger="code", code=code)
    fill(browser, {listed(during=festival): 1})

    use(browser, "TWO")
    use(browser, "THREE")
    text = words(browser.get("/cart/"))

    assert "THREE $3.00 off" in text
    assert "TWO The two vouchers cannot be combined. The better one is applied." in text


def test_the_page_says_what_to_add_for_the_next_step(browser):
    festival = make.festival()
    make.promotion(festival, title="Spend and save", kind="step", every=50_00, value=5_00)
    fill(browser, {listed(41_00, during=festival): 1})

    answer = browser.get("/cart/")

    assert "Spend $10.00 more and save $5.00" in words(answer)
    assert '<progress class="fest" value="4000" max="5000"' in answer.text


def test_what_a_store_takes_off_is_shown_in_its_block_with_a_link_to_it(browser):
    store = make.merchant(name="Yirga Heights")
    make.promotion(
        make.festival(), title="Five off", group="merchant", value=5_00, min_spend=40_00,
        merchant=store,
    )  # fmt: skip
    fill(browser, {make.variant(35_70, of=make.product(of=store)): 1})

    text = words(browser.get("/cart/"))

    assert "Spend $4.30 more here and save $5.00" in text
    assert "Choose something from Yirga Heights" in text


def test_a_signed_in_shopper_claims_a_voucher_and_it_is_used(browser):
    festival = make.festival()
    voucher = make.promotion(
        festival, title="Welcome", group="voucher", value=4_00, trigger="claim", max_claims=1
    )
    account = make.user()
    browser.force_login(account)
    fill(browser, {listed(during=festival): 1})
    assert "Welcome Valid until 19 May Claim voucher" in words(browser.get("/cart/"))

    answer = browser.post(f"/cart/claim/{voucher.pk}/", follow=True)

    assert "Voucher claimed. It waits in your cart." in words(answer)
    assert "Welcome $4.00 off" in words(answer)
    assert Claim.objects.get().shopper == account


def test_a_claimed_voucher_that_was_taken_out_can_be_used_again(browser):
    festival = make.festival()
    voucher = make.promotion(
        festival, title="Welcome", group="voucher", value=4_00, trigger="claim"
    )
    browser.force_login(make.user())
    fill(browser, {listed(during=festival): 1})
    browser.post(f"/cart/claim/{voucher.pk}/")
    browser.post("/cart/voucher/", {"remove": voucher.pk})
    assert "Valid until 19 May Apply Welcome" in words(browser.get("/cart/"))

    browser.post(f"/cart/claim/{voucher.pk}/")

    assert "Welcome $4.00 off" in words(browser.get("/cart/"))
    assert Claim.objects.count() == 1


def test_a_guest_who_claims_is_asked_to_sign_in_first(browser):
    voucher = make.promotion(make.festival(), trigger="claim", value=4_00)

    answer = browser.post(f"/cart/claim/{voucher.pk}/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/login/?next=/account/vouchers/"
    assert not Claim.objects.exists()


def test_an_unverified_account_cannot_claim(browser):
    voucher = make.promotion(make.festival(), trigger="claim", value=4_00)
    browser.force_login(make.user(is_verified=False))

    answer = browser.post(f"/cart/claim/{voucher.pk}/")

    assert answer.status_code == 409
    assert "Vouchers and limited deals need a confirmed email address." in answer.text
    assert not Claim.objects.exists()


def test_what_cannot_be_claimed_is_not_there(browser):
    code = make.promotion(make.festival(), trigger="code", code="SAVE", value=4_00)
    browser.force_login(make.user())

    answers = [browser.post(f"/cart/claim/{pk}/") for pk in (code.pk, 999_999)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert not Claim.objects.exists()


def test_a_unique_code_that_another_order_took_meanwhile_takes_nothing_off(browser):
    festival = make.festival()
    batch = make.promotion(
        festival, group="voucher", kind="amount", value=2_00, trigger="claim", title="Thanks"
    )
    claim = Claim.objects.create(promotion=batch, code="ONCE-7F3K")
    kettle = listed(31_00, during=festival)
    fill(browser, {kettle: 1})
    use(browser, "once-7f3k")
    assert "Total $33.00" in words(browser.get("/cart/"))
    make.order({kettle: 1}, codes=("once-7f3k",))
    claim.refresh_from_db()
    assert claim.state == "held"

    text = words(browser.get("/cart/"))

    assert "You have already used this voucher." in text
    assert "Total $35.00" in text
