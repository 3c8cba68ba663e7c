"""Prices turn over and time runs out while somebody is about to pay."""

from datetime import timedelta

from shop.orders.models import Order
from tests.browsing.steps import (
    NAME,
    go_to_pay,
    pay,
    press_pay,
    press_pay_there,
    put_in_cart,
    words,
)
from tests.journeys.ways import journey, on_desk_and_phone, with_and_without_script
from tests.make import END
from tests.paying import assert_books_agree

pytestmark = journey


@on_desk_and_phone
@with_and_without_script
def test_a_price_that_turned_over_is_shown_before_anything_is_charged(stage, market, page):
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page)
    assert page.get_by_role("button", name="Pay $37.00").is_visible()

    stage.set_clock(END)
    page.get_by_role("button", name="Pay $37.00").click()
    page.get_by_text("The price changed before you paid").wait_for()

    assert "Before: $37.00. Now: $45.00." in words(page)
    assert "Nothing was charged." in words(page)
    assert not Order.objects.exists()
    press_pay(page)
    pay(page)
    assert f"Thank you, {NAME}" in words(page)
    assert Order.objects.get().total == 45_00
    assert_books_agree()


@on_desk_and_phone
@with_and_without_script
def test_after_the_time_to_pay_nothing_is_charged_and_paying_again_works(stage, market, page):
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page)
    press_pay(page)
    late = Order.objects.get()

    stage.set_clock(late.pay_by + timedelta(minutes=2))
    stage.beat()
    press_pay_there(page)
    page.get_by_text("This page has expired").wait_for()
    page.get_by_role("link", name="Back to the shop").click()
    page.wait_for_url("**/orders/**")

    assert "Nothing was charged and your cart is still here." in words(page)
    late.refresh_from_db()
    assert late.state == Order.State.EXPIRED
    page.get_by_role("link", name="Pay again").click()
    press_pay(page)
    pay(page)
    assert f"Thank you, {NAME}" in words(page)
    assert sorted(Order.objects.values_list("state", flat=True)) == ["expired", "paid"]
    assert_books_agree()
