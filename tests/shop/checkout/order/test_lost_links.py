"""Who lost the mail types number and address; nobody learns anything from what is answered."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.catalogue.delivery.models import Contact
from shop.core.rate_limits.models import RateLimitCount
from shop.orders.access import LINK_SALT
from tests import make
from tests.make import NOON
from tests.shop.checkout.order.proofs import LIN, is_shown, paid_order, sent, stranger
from tests.shop.checkout.steps import link
from tests.shop.orders.cart.carts import words

pytestmark = pytest.mark.django_db
PAGE = "/orders/find/"


@pytest.fixture(autouse=True)
def noon(clock_at):
    clock_at(NOON)


def find(number, email=LIN, *, page=PAGE, **extra):
    return stranger().post(page, {"number": number, "email": email}, **extra)


def opening(message):
    """Return the path of the link in a mail."""
    return urlsplit(re.search(r"http\S+/open/\S+/", message.body)[0]).path


def test_the_link_is_mailed_to_the_order_s_address_in_the_order_s_language():
    order = paid_order(language="zh-hans")

    answer = find(order.number, page=f"/fr{PAGE}")

    assert (answer.status_code, answer.url) == (303, f"/fr{PAGE}?sent")
    assert "Regardez dans votre messagerie" in Client().get(answer.url).text
    [message] = sent()
    assert message.to == [LIN]
    assert order.number in message.subject
    assert opening(message).startswith(f"/zh-hans/orders/{order.number}/{order.token}/open/")
    assert "/zh-hans/orders/find/" in message.body


def test_the_link_opens_all_of_the_order_for_an_hour_and_then_what_any_link_does(clock_at):
    order = paid_order()
    find(order.number)
    path = opening(sent()[0])
    early, late = stranger(), stranger()

    clock_at(NOON + timedelta(minutes=59))
    answer = early.get(path)
    assert (answer.status_code, answer.url) == (303, link(order))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert is_shown(early, order)

    clock_at(NOON + timedelta(minutes=61))
    assert late.get(path).url == link(order)
    assert not is_shown(late, order)


def test_the_link_of_one_order_proves_no_other_and_nobody_makes_one_up():
    mine, other = paid_order(), paid_order(email="ada@example.org")
    find(mine.number)
    proof = opening(sent()[0]).split("/")[-2]
    made_up = signing.dumps([other.pk, int(NOON.timestamp())], key="guessed", salt=LINK_SALT)

    for text in (proof, made_up, proof[:-1], "x"):
        browser = stranger()
        assert browser.get(link(other, f"open/{text}/")).url == link(other)
        assert not is_shown(browser, other)
    assert stranger().get(link(mine)[:-2] + f"/open/{proof}/").status_code == 404


def test_what_is_answered_and_asked_of_the_database_is_always_the_same():
    mine, other = paid_order(), paid_order(email="ada@example.org")
    unpaid = make.order({make.variant(): 1}, email=LIN)
    gone = paid_order(email="")
    year = mine.number.split("-")[1]
    tries = {
        "right": (mine.number, LIN),
        "the number of somebody else": (other.number, LIN),
        "the address of somebody else": (mine.number, "ada@example.org"),
        "nobody's number": (f"BB-{year}-999999999", LIN),
        "a number below the first one": (f"BB-{year}-000001", LIN),
        "another year": (mine.number.replace(year, "2001"), LIN),
        "an order that was never paid": (unpaid.number, LIN),
        "an order whose address is forgotten": (gone.number, LIN),
    }
    found = {}
    for name, (number, email) in tries.items():
        with CaptureQueriesContext(connection) as captured:
            answer = find(number, email)
        for own in ("Expires", "X-Request-ID"):  # the present second, and what is its own anyway
            del answer.headers[own]
        shapes = [re.sub(r"'[^']*'|\s*-?\d+", "?", query["sql"]) for query in captured]
        found[name] = (answer.status_code, sorted(answer.items()), answer.content, shapes)

    assert [name for name in tries if found[name] != found["right"]] == []
    assert len(found["right"][-1]) == 4  # two brakes, the order, the task
    assert [message.to for message in sent()] == [[LIN]]


@pytest.mark.parametrize(
    "typed", ["{}", " {} ", "bb-{year}-{digits}", "{year}-{digits}", "BB {year} {digits}",
              "#bb–{year}–{digits}", "ＢＢ{year}{digits}", "{arabic}"]
)  # fmt: skip
def test_a_number_is_understood_however_it_is_written(typed):
    order = paid_order()
    _bb, year, digits = order.number.split("-")
    arabic = order.number.translate({ord("0") + n: chr(0x660 + n) for n in range(10)})

    find(typed.format(order.number, year=year, digits=digits, arabic=arabic), " Lin@Example.ORG ")

    assert [message.to for message in sent()] == [[LIN]]


def test_an_alias_of_the_same_mailbox_fits_and_the_mail_goes_to_the_address_of_the_order():
    order = paid_order(email="lin@gmail.com")

    find(order.number, "l.i.n+orders@gmail.com")

    assert [message.to for message in sent()] == [["lin@gmail.com"]]


@pytest.mark.parametrize(
    ("number", "email", "error"),
    [
        ("", LIN, "An order number has BB, the year and at least six digits"),
        ("100612", LIN, "An order number has BB, the year and at least six digits"),
        ("BB-2026-1006", LIN, "An order number has BB, the year and at least six digits"),
        ("BB-2026-" + "9" * 16, LIN, "An order number has BB, the year and at least six digits"),
        ("x" * 90, LIN, "An order number has BB, the year and at least six digits"),
        ("BB-2026-100612", "", "Enter your email address"),
        ("BB-2026-100612", "lin", "Enter an email address in the correct format"),
    ],
)
def test_what_is_no_number_or_no_address_is_said_at_its_field(number, email, error):
    answer = find(number, email)

    assert answer.status_code == 422
    assert "<title>Error: Find an order" in answer.text
    assert error in words(answer)
    assert sent() == []
    assert not RateLimitCount.objects.exists()


@pytest.mark.parametrize("email", [LIN, "ada@example.org"])
def test_the_fifth_try_of_a_pair_in_a_day_has_to_wait_whether_it_is_right_or_not(email):
    order, second = paid_order(), paid_order()
    answers = [find(order.number, email) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [303] * 4 + [429]
    assert "Too many attempts. Try again in 24 hours." in words(answers[-1])
    assert len(sent()) == (4 if email == LIN else 0)
    assert find(second.number, email).status_code == 303
    RateLimitCount.objects.filter(name__contains=":p:").update(until=NOON - timedelta(days=9_000))
    assert find(order.number, email).status_code == 303


def test_one_network_tries_twenty_times_an_hour():
    order = paid_order()
    for number in range(20):
        assert find(f"BB-2026-{200_000 + number}").status_code == 303

    refused = find(order.number)
    elsewhere = find(order.number, REMOTE_ADDR="203.0.113.9")

    assert (refused.status_code, elsewhere.status_code) == (429, 303)
    assert "Too many attempts. Try again in 1 hour." in words(refused)
    assert len(sent()) == 1


def test_a_mail_whose_order_has_no_address_any_more_is_not_sent():
    order = paid_order()
    find(order.number)
    Contact.objects.filter(pk=order.contact_id).update(email="")

    assert sent() == []


def test_the_form_needs_its_token_and_names_the_sender(settings):
    settings.DEFAULT_FROM_EMAIL = "Baobab <shop@baobab.example>"
    careless = Client(enforce_csrf_checks=True)

    assert careless.post(PAGE, {"number": "BB-2026-100612", "email": LIN}).status_code == 403
    page = careless.get(PAGE)
    assert "The sender is shop@baobab.example." in words(page)
    assert '<meta name="robots" content="noindex">' in page.text


@pytest.mark.parametrize("page", ["/nowhere/", "/account/login/", "/products/", "{order}code/"])
def test_whoever_lost_the_mail_finds_the_way(page):
    order = paid_order()

    for language in ("", "/fr"):
        answer = stranger().get(language + page.format(order=link(order)))
        assert f'href="{language}/orders/find/"' in answer.text
        assert answer.text.count(f'href="{language}/orders/find/"') == 1 + (page != "/products/")
