"""A code goes to the order's mailbox alone, serves once, and is guessed by nobody."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from shop.catalogue.delivery.models import Contact
from shop.checkout.order.codes import masked
from shop.core import clock
from shop.core.rate_limits.models import RateLimitCount
from shop.orders.access import begin_code, code_of, use_code
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.shop.checkout.order.proofs import (
    LIN,
    is_shown,
    paid_order,
    sent,
    stranger,
    take,
    with_code,
)
from tests.shop.checkout.steps import link
from tests.shop.orders.cart.carts import words

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
WRONG = "The code is not right or is too old. Enter the newest one."


@pytest.fixture(autouse=True)
def noon(clock_at):
    clock_at(NOON)


def test_a_code_goes_to_the_order_s_address_and_opens_it_in_this_browser_for_hours(clock_at):
    order, browser = paid_order(language="fr"), stranger()
    page = browser.get(link(order, "code/"))
    assert "It goes to l•••@example.org, the address of this order." in words(page)
    assert page.headers["Referrer-Policy"] == "same-origin"

    answer = browser.post(link(order, "code/"), {"do": "send"})
    assert (answer.status_code, answer.url) == (303, link(order, "code/?next=order&sent"))
    [message] = sent()
    code = re.search(r"\d{6}", message.subject)[0]
    assert message.to == [LIN]
    assert (
        message.subject == f"{code}\N{NO-BREAK SPACE}: votre code pour la commande {order.number}"
    )
    assert "15 minutes" in message.body
    form = words(browser.get(answer.url))
    assert "A code is on its way to l•••@example.org" in form
    assert "This browser then opens the order for 12 hours without asking again." in form

    taken = take(browser, order, f" {code[:3]} {code[3:]} ")
    assert (taken.status_code, taken.url) == (303, link(order))
    clock_at(NOON + timedelta(hours=11, minutes=59))
    assert is_shown(browser, order)
    assert browser.get(link(order, "code/?next=order-invoice")).url == link(order, "invoice/")
    assert not is_shown(stranger(), order)
    clock_at(NOON + timedelta(hours=13))
    assert not is_shown(browser, order)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the six digits of the newest mail"),
        ("12345", "Enter the six digits of the newest mail"),
        ("1" * 50, "Enter the six digits of the newest mail"),
    ],
)
def test_what_is_no_code_is_no_try(typed, said):
    order = paid_order()

    answer = take(stranger(), order, typed)

    assert answer.status_code == 422
    assert said in words(answer)
    assert not RateLimitCount.objects.exists()


def test_a_code_serves_once_for_its_own_order_while_it_is_the_newest_and_in_time():
    order, other = paid_order(), paid_order()
    code = with_code(stranger(), order)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    assert WRONG in words(take(stranger(), order, wrong))
    assert WRONG in words(take(stranger(), other, code))
    assert take(stranger(), order, code).status_code == 303
    assert WRONG in words(take(stranger(), order, code))

    RateLimitCount.objects.filter(name__contains="codes:m").delete()
    first = with_code(stranger(), order)
    RateLimitCount.objects.filter(name__contains="codes:m").delete()
    second = with_code(stranger(), order)
    assert WRONG in words(take(stranger(), order, first))
    RateLimitCount.objects.filter(name__contains="order-code:").update(
        until=clock.now() - timedelta(days=9_000)
    )
    assert WRONG in words(take(stranger(), order, second))


def test_arabic_digits_are_digits():
    order, browser = paid_order(), stranger()
    code = with_code(browser, order)

    typed = code.translate({ord("0") + n: chr(0x660 + n) for n in range(10)})

    assert take(browser, order, typed).status_code == 303


def test_the_sixth_try_is_refused_even_if_it_is_right():
    order, browser = paid_order(), stranger()
    code = with_code(browser, order)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(5):
        assert take(browser, order, wrong).status_code == 422

    refused = take(browser, order, code)

    assert refused.status_code == 429
    assert "Too many attempts. Try again in 15 minutes." in words(refused)
    assert not is_shown(browser, order)


@with_threads
def test_of_many_tries_at_once_five_are_judged_and_one_uses_the_code():
    order = paid_order()
    word = begin_code(order)
    right = code_of(order, word)
    used = at_once([lambda: use_code(order, right) for _ in range(4)])
    begin_code(order)

    judged = at_once([lambda: use_code(order, "none") for _ in range(8)])

    assert sorted(used) == [False, False, False, True]
    assert (judged.count(False), judged.count(None)) == (5, 3)


def test_one_order_gets_a_code_a_minute_and_five_a_day():
    order, browser = paid_order(), stranger()
    statuses = []
    for _ in range(6):
        answers = [browser.post(link(order, "code/"), {"do": "send"}) for _ in range(2)]
        statuses.append([answer.status_code for answer in answers])
        RateLimitCount.objects.filter(name__contains="codes:m").delete()

    assert statuses == [[303, 429]] * 5 + [[429, 429]]
    assert "Too many attempts. Try again in 1 minute." in words(answers[1])
    # Of those that waited in the queue together the newest alone was worth a mail.
    assert [message.to for message in sent()] == [[LIN]]


def test_one_network_asks_for_twenty_codes_an_hour():
    orders, browser = [paid_order() for _ in range(3)], stranger()
    RateLimitCount.objects.create(name=":1:x", value="1", until=NOON)
    first = browser.post(link(orders[0], "code/"), {"do": "send"})
    RateLimitCount.objects.filter(name__contains="codes:n").update(value="20")

    second = browser.post(link(orders[1], "code/"), {"do": "send"})
    elsewhere = browser.post(link(orders[2], "code/"), {"do": "send"}, REMOTE_ADDR="203.0.113.9")

    assert [answer.status_code for answer in (first, second, elsewhere)] == [303, 429, 303]
    assert "Too many attempts. Try again in 1 hour." in words(second)


def test_a_code_of_which_the_time_is_over_is_not_mailed():
    order, browser = paid_order(), stranger()
    browser.post(link(order, "code/"), {"do": "send"})
    RateLimitCount.objects.all().delete()

    assert sent() == []


def test_what_somebody_wrote_who_never_paid_is_mailed_to_nobody():
    order = make.order({make.variant(): 1}, email=LIN)
    Contact.objects.filter(pk=order.contact_id).update(name="See https://evil.example")

    with_code_of = stranger().post(link(order, "code/?next=order-cancel"), {"do": "send"})

    assert with_code_of.status_code == 303
    messages = [message for message in sent() if order.number in message.subject]
    assert messages
    assert all("evil" not in message.body for message in messages)


def test_an_order_without_an_address_sends_nobody_a_code():
    order, browser = paid_order(), stranger()
    Contact.objects.filter(pk=order.contact_id).update(email="")

    page = browser.get(link(order, "code/"))
    answer = browser.post(link(order, "code/"), {"do": "send"})

    for shown in (page, answer):
        assert "This order has no email address any more, so no code can be sent." in words(shown)
    assert (sent(), mail.outbox) == ([], [])


def test_the_page_leads_on_to_no_address_of_the_reader_s():
    order, browser = paid_order(), stranger()
    query = "?next=https://evil.example/"

    answer = take(browser, order, with_code(browser, order, f"code/{query}"), query)

    assert answer.url == link(order)


def test_a_code_needs_the_form_s_token_and_the_order_s_link():
    order = paid_order()
    careless = Client(enforce_csrf_checks=True)

    assert careless.post(link(order, "code/"), {"do": "send"}).status_code == 403
    assert stranger().get(f"/orders/{order.number}/{'x' * 22}/code/").status_code == 404
    assert sent() == []


@pytest.mark.parametrize(
    ("email", "shown"),
    [(LIN, "l•••@example.org"), ("李@example.org", "李•••@example.org"), ("", "")],
)
def test_an_address_is_masked(email, shown):
    assert masked(email) == shown
