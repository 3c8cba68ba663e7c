"""Shared pages carry no token: a post counts only when the browser says that it is our own."""

import pytest
from django.test import Client

from shop.orders.cart.models import Cart, CartLine
from tests import make

pytestmark = pytest.mark.django_db
OURS = "http://testserver"


def add(**headers):
    browser = Client(enforce_csrf_checks=True)
    kettle = make.variant()
    return browser.post("/cart/add/", {"variant": kettle.pk, "quantity": 2}, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": OURS},
        {"Origin": OURS},
    ],
    ids=["its word", "its word and Origin", "an older one's Origin"],
)
def test_our_own_pages_post_without_a_token(headers):
    assert add(**headers).status_code == 303

    assert CartLine.objects.get().quantity == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": OURS},
        {"Origin": "https://evil.example"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "null"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_another_site_s_post_is_refused(headers):
    answer = add(**headers)

    assert answer.status_code == 403
    assert "csrfmiddlewaretoken" not in answer.content.decode()
    assert not Cart.objects.exists()


def test_a_browser_that_says_nothing_is_asked_again_with_a_token():
    browser = Client(enforce_csrf_checks=True)
    kettle = make.variant()
    fields = {"variant": str(kettle.pk), "quantity": "2"}

    asked = browser.post("/cart/add/", fields)

    assert asked.status_code == 403
    assert asked.headers["Cache-Control"] == "private, no-store"
    assert not Cart.objects.exists()
    token = browser.cookies["csrftoken"].value
    assert browser.post("/cart/add/", fields | {"csrfmiddlewaretoken": "x" * 32}).status_code == 403
    assert not Cart.objects.exists()
    done = browser.post("/cart/add/", fields | {"csrfmiddlewaretoken": token})
    assert done.status_code == 303
    assert CartLine.objects.get().quantity == 2


def test_views_that_are_not_marked_keep_their_token():
    browser = Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": "same-origin"})

    answer = browser.post("/cart/voucher/", {"code": "TEN"})

    assert answer.status_code == 403
