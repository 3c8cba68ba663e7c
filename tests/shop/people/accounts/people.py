"""People who sign in at the real pages, with passwords and codes as an app would show them."""

from __future__ import annotations

import re
import time

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from shop.people.accounts.models import User

PASSWORD = "baobab-tree"  # of all users that tests make


def signed_in(user: User, *, password: str = PASSWORD) -> Client:
    """Return a browser in which somebody has signed in with the password."""
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    answer = sign_in(browser, user.email, password)
    assert answer.status_code == 302, answer.text
    return browser


def sign_in(browser: Client, email: str, password: str = PASSWORD) -> HttpResponse:
    """Type address and password; who has a second step is asked for it next."""
    cache.clear()  # allauth counts attempts there
    return browser.post("/account/login/", {"login": email, "password": password})


def is_in(browser: Client) -> bool:
    """Tell whether a browser is signed in."""
    return browser.get("/account/email/").status_code == 200


def turn_on_codes(browser: Client) -> str:
    """Turn the app with codes on as its owner would, and return its key."""
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/account/2fa/totp/activate/")
    secret = re.search(r"Or type this key: ([A-Z2-7]+)", page.text)[1]
    answer = browser.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.text
    cache.clear()  # a code counts once, and the next one is seconds away
    return secret


def code_of(secret: str) -> str:
    """Return what the app shows now: not the oldest code that still counts, for it may lapse."""
    now = int(time.time()) // app_settings.TOTP_PERIOD
    return auth.format_hotp_value(auth.hotp_value(secret, now))


def recovery_code(user: User) -> str:
    """Return a recovery code that was not used yet."""
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return row.wrap().get_unused_codes()[0]
