"""Over HTTPS each cookie is this very host's, and cookies of other names open nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project

from tests import make
from tests.patience import PATIENCE
from tests.shop.orders.cart.carts import fill, words
from tests.shop.people.accounts.people import PASSWORD

ROOT = Path(__file__).parents[3]
NAMES = ["COOKIE_PREFIX", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE"]
SHOW = f"""
import json, config.wsgi
from django.conf import settings
print(json.dumps([getattr(settings, name) for name in {NAMES}]))
"""


def started(url):
    """Return how a process with the real settings names its cookies."""
    env = {
        "PATH": os.environ["PATH"], "SECRET_KEY": "x" * 50, "SITE_URL": url,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    shown = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, env=env, capture_output=True, text=True,
        timeout=PATIENCE, check=True,
    )  # fmt: skip
    return json.loads(shown.stdout)


@pytest.fixture
def https(settings):
    settings.COOKIE_PREFIX = "__Host-"
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def test_the_names_follow_the_address_of_the_shop():
    assert started("https://baobab.example") == [
        "__Host-", "__Host-sessionid", "__Host-csrftoken", True,
    ]  # fmt: skip
    assert started("http://127.0.0.1:8000") == ["", "sessionid", "csrftoken", False]


@pytest.mark.django_db
def test_over_https_every_cookie_is_bound_to_the_host(https, browser):
    user = make.user()
    fill(browser, {make.variant(): 1})
    browser.post("/preferences/", {"country": "KE", "currency": "EUR", "next": "/"})
    browser.post("/account/login/", {"login": user.email, "password": PASSWORD})
    browser.get("/account/email/")
    browser.post("/account/sign-out-elsewhere/")  # which says so on the next page

    names = sorted(name for name, kept in browser.cookies.items() if kept.value)
    assert names == [
        "__Host-cart", "__Host-country", "__Host-csrftoken", "__Host-currency", "__Host-known",
        "__Host-messages", "__Host-sessionid",
    ]  # fmt: skip
    for cookie in browser.cookies.values():
        assert cookie["secure"] is True
        assert (cookie["path"], cookie["domain"]) == ("/", "")


@pytest.mark.django_db
def test_an_old_cookie_beside_a_new_one_says_nothing(https, browser):
    fill(browser, {make.variant(): 1})
    other = make.cart({make.variant(): 3})
    mine = browser.cookies["__Host-cart"].value
    browser.cookies["cart"] = "of-somebody-else"

    page = browser.get("/cart/")

    assert "1 item" in words(page)
    assert browser.cookies["__Host-cart"].value == mine
    assert other is not None


@pytest.mark.django_db
def test_a_session_of_the_old_name_opens_nothing(browser, request):
    browser.force_login(make.user())
    assert project.SESSION_COOKIE_NAME in browser.cookies
    request.getfixturevalue("https")

    assert browser.get("/account/").url == "/account/login/?next=/account/"
