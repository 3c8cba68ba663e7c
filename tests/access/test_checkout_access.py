from datetime import timedelta

from django.db import transaction

from shop.money.payments.models import Operation, Payment
from shop.orders import end
from shop.orders.models import Order
from shop.orders.ship import ship
from tests import make
from tests.browsing.steps import (
    check_out,
    give_address,
    go_to_pay,
    pay,
    press_pay,
    press_pay_there,
    put_in_cart,
    sign_in,
)
from tests.emptying import in_any_step
from tests.make import END, NOON

SHOPPER = "lin@example.org"


def test_the_cart_has_no_barriers(market, inspector):
    page = inspector.page
    inspector.visit("/cart/")

    put_in_cart(page, market.indigo.product, choice="Indigo")
    put_in_cart(page, market.lamp.product)
    inspector.look()
    page.get_by_label("Voucher code").fill("nothing")
    page.get_by_role("button", name="Apply", exact=True).click()
    page.get_by_text("No voucher has this code.").wait_for()
    inspector.look("with an error")
    page.get_by_role("textbox", name="Quantity").first.fill("2000")
    page.get_by_role("textbox", name="Quantity").first.press("Enter")
    page.get_by_text("Enter a quantity from 1 to").wait_for()
    inspector.look("with a wrong quantity")

    assert inspector.found == []


def test_the_steps_to_the_payment_have_no_barriers(stage, market, inspector):
    page = inspector.page
    put_in_cart(page, market.indigo.product, choice="Indigo")
    put_in_cart(page, market.lamp.product)

    check_out(page)
    inspector.look()
    page.get_by_role("button", name="Continue to delivery").click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")
    give_address(page, SHOPPER)
    inspector.look()
    stage.set_clock(END)
    page.get_by_role("button", name="Pay $").click()
    page.get_by_text("The price changed before you paid").wait_for()
    inspector.look("with a changed price")

    assert inspector.found == []


def test_the_provider_s_pages_have_no_barriers(stage, market, inspector):
    page = inspector.page
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page)

    press_pay(page)
    inspector.look()
    page.get_by_role("button", name="Decline").click()
    page.get_by_text("The payment was declined.").wait_for()
    inspector.look("declined")
    stage.set_clock(Order.objects.get().pay_by + timedelta(minutes=10))
    press_pay_there(page)
    page.get_by_text("This page has expired").wait_for()
    inspector.look("expired")

    assert inspector.found == []


def test_an_order_that_is_not_paid_has_no_barriers(market, inspector):
    page = inspector.page
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page)
    press_pay(page)
    order = Order.objects.get()
    address = f"/orders/{order.number}/{order.token}/"

    inspector.visit("/checkout/delivery/", address, f"{address}stopped/", f"{address}cancel/")
    page.get_by_role("button", name="Stop the payment").click()
    page.get_by_text("You stopped the payment.").wait_for()
    inspector.look("stopped")
    go_to_pay(page)
    press_pay(page)
    page.get_by_role("button", name="Pay later").or_(
        page.get_by_role("button", name="Pay $")
    ).last.click()
    page.wait_for_url("**/orders/**")
    inspector.look()

    assert inspector.found == []


def put_back(state):
    with in_any_step(Payment):
        Payment.objects.update(state=state)


def test_an_order_that_waits_for_a_person_or_ran_out_has_no_barriers(stage, market, inspector):
    page = inspector.page
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page)
    press_pay(page)
    order = Order.objects.get()
    address = f"/orders/{order.number}/{order.token}/"
    payment = Payment.objects.get()

    Payment.objects.update(state=Payment.State.REVIEW)
    page.goto(address)
    page.get_by_text("We are looking at the payment and will email you.").wait_for()
    inspector.look("in review")
    inspector.visit(f"{address}paid/")
    put_back(payment.state)
    stage.set_clock(order.pay_by + timedelta(minutes=2))
    stage.beat()
    page.goto(address)
    page.get_by_text("The time to pay has run out.").wait_for()
    inspector.look("that ran out")
    inspector.visit(f"{address}paid/")
    Payment.objects.update(state=Payment.State.REFUNDING)
    Operation.objects.create(kind="refund", cause="late", payment=payment, amount=order.total,
                             currency="USD", request={}, run_after=NOON)  # fmt: skip
    page.goto(address)
    page.get_by_text("is on its way back to you.").wait_for()
    inspector.look("whose money goes back")

    assert inspector.found == []


def test_an_order_and_the_account_have_no_barriers(stage, market, inspector):
    page = inspector.page
    make.user(SHOPPER)
    sign_in(page, SHOPPER)
    inspector.visit("/account/")
    put_in_cart(page, market.indigo.product, choice="Indigo")
    put_in_cart(page, market.jar.product)
    go_to_pay(page, SHOPPER)
    press_pay(page)

    pay(page)
    inspector.look()
    order = Order.objects.get()
    inspector.visit(f"/orders/{order.number}/{order.token}/")
    part = order.suborders.get(merchant=market.loom)
    ship(part, carrier="DHL Express", tracking_number="EE482119083", at=NOON, by=None)
    page.reload()
    inspector.look("with a parcel on its way")
    inspector.visit("/account/", f"/orders/{order.number}/{order.token}/invoice/")
    stage.work()
    inspector.visit("/mail/")
    page.get_by_role("link", name=order.number).first.click()
    page.wait_for_url("**/mail/*/")
    inspector.look()

    assert inspector.found == []


def test_the_way_back_of_whoever_lost_the_mail_has_no_barriers(stage, market, inspector):
    order = make.order({market.indigo: 1}, email=SHOPPER)
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    page = inspector.page

    inspector.visit("/fr/orders/find/", "/ar/orders/find/", "/orders/find/")
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")
    page.get_by_label("Order number").fill(order.number)
    page.get_by_label("Email address").fill(SHOPPER)
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_role("heading", name="Look into your mail").wait_for()
    inspector.look("sent")
    inspector.visit(f"/orders/{order.number}/{order.token}/")
    page.get_by_role("link", name="Show the address").click()
    page.get_by_text("the address of this order.").wait_for()
    inspector.look()
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").fill("123")
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")

    assert inspector.found == []


def test_the_merchants_pages_have_no_barriers(market, inspector):
    order = make.order({market.indigo: 1, market.jar: 2})
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    page = inspector.page

    sign_in(page, "weaver@example.org", "/merchant/")
    inspector.look()
    page.get_by_role("link", name=order.number).click()
    page.wait_for_url("**/merchant/orders/*/")
    inspector.look()
    page.get_by_role("button", name="Mark as sent").click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")
    page.get_by_label("Carrier").fill("DHL Express")
    page.get_by_label("Tracking number").fill("EE482119083")
    page.get_by_role("button", name="Mark as sent").click()
    page.get_by_text("is marked as sent.").wait_for()
    inspector.look("with a parcel that was sent")
    page.get_by_role("link", name=order.number).click()
    inspector.look("of a parcel that was sent")

    assert inspector.found == []
