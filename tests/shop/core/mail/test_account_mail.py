"""The mails that signing up, resetting and two-step sign-in cause, and where their links lead."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation

from shop.people.accounts.models import User
from tests.queue import letters
from tests.shop.people.accounts.people import code_of

LENA = "lena@example.org"
PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client(headers={"user-agent": FIREFOX})


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()  # allauth counts attempts there


def account(*, verified: bool = True) -> User:
    user = User.objects.create_user(LENA, PASSWORD)
    EmailAddress.objects.create(user=user, email=LENA, primary=True, verified=verified)
    return user


def last_mail() -> tuple[str, str]:
    """Return subject and body of the mail sent last."""
    letter = letters()[-1]
    return letter.subject, letter.body


def link(body: str, part: str) -> str:
    """Return the path of the first link in a mail whose address contains a part."""
    return re.search(rf"https?://[^/]+(\S*{part}\S*)", body)[1]


def sign_up(browser: Client, language: str = "en") -> None:
    with translation.override(language):
        address = reverse("account_signup")
    browser.post(address, {"email": LENA, "password1": PASSWORD})


def sign_in(browser: Client) -> None:
    """Sign in, and prove it once more as before every change that matters."""
    browser.post(reverse("account_login"), {"login": LENA, "password": PASSWORD})
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_signing_up_sends_a_link_that_confirms_the_address(browser):
    sign_up(browser)

    subject, body = last_mail()
    assert subject == "Confirm your e-mail address"
    assert body.startswith("Hello lena,\n\nPlease confirm that this address is yours:\n")
    assert not EmailAddress.objects.get(email=LENA).verified
    confirm = link(body, "confirm-email")
    assert f"Is {LENA} your address?" in browser.get(confirm).text
    assert not EmailAddress.objects.get(email=LENA).verified
    browser.post(confirm)
    assert EmailAddress.objects.get(email=LENA).verified


def test_mail_comes_in_the_language_of_the_page_and_is_remembered_for_later(browser):
    sign_up(browser, "fr")

    subject, body = last_mail()
    assert subject == "Confirmez votre adresse e-mail"
    assert "/fr/" in link(body, "confirm-email")
    assert User.objects.get(email=LENA).language == "fr"


def test_a_weak_password_makes_no_account_and_says_what_would_help(browser):
    answer = browser.post(reverse("account_signup"), {"email": LENA, "password1": "12345"})

    assert "Choose a password with at least 10 characters" in answer.text
    assert "This password is too common. Choose another one." in answer.text
    assert "Choose a password that is not digits alone." in answer.text
    assert not User.objects.exists()
    assert letters() == []


def test_a_forgotten_password_is_replaced_by_the_link_in_a_mail_once(browser):
    user = account()
    browser.post(reverse("account_reset_password"), {"email": LENA})
    subject, body = last_mail()
    assert subject == "Choose a new password"
    reset = link(body, "/key/")

    form = browser.get(reset, follow=True)
    browser.post(form.request["PATH_INFO"], {"password1": "another fine password"})

    user.refresh_from_db()
    assert user.check_password("another fine password")
    subject, body = last_mail()
    assert subject == "Your password was changed"
    assert "from Firefox on Android. All other devices have been signed out." in body
    again = Client().get(reset, follow=True)
    assert "This link has been used or has expired. Ask for a new one." in again.text


def test_whoever_has_no_account_is_told_so_by_mail_and_not_on_the_page(browser):
    account()
    known = browser.post(reverse("account_reset_password"), {"email": LENA}, follow=True)
    stranger = {"email": "nobody@example.org"}
    unknown = browser.post(reverse("account_reset_password"), stranger, follow=True)

    assert known.redirect_chain == unknown.redirect_chain
    assert [message.to for message in letters()] == [[LENA], ["nobody@example.org"]]
    subject, body = last_mail()
    assert subject == "There is no account with this address"
    assert link(body, "signup") == reverse("account_signup")


def test_a_second_account_of_an_address_is_refused_by_mail(browser):
    account()

    sign_up(browser)

    assert User.objects.count() == 1
    subject, body = last_mail()
    assert subject == "You already have an account"
    assert link(body, "password/reset") == reverse("account_reset_password")


def test_a_changed_password_is_announced_and_signs_other_devices_out(browser):
    user = account()
    other = Client()
    for client in (browser, other):
        client.post(reverse("account_login"), {"login": LENA, "password": PASSWORD})
    new = {"oldpassword": PASSWORD, "password1": "another fine password"}

    browser.post(reverse("account_change_password"), new)

    user.refresh_from_db()
    assert user.check_password("another fine password")
    assert last_mail()[0] == "Your password was changed"
    address = reverse("account_email")
    assert browser.get(address).status_code == 200
    assert other.get(address).status_code == 302


def test_the_old_address_hears_of_a_new_one_once_that_is_confirmed(browser):
    account()
    sign_in(browser)

    browser.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
    assert [message.to for message in letters()] == [["new@example.org"]]
    assert User.objects.get().email == LENA
    browser.post(link(last_mail()[1], "confirm-email"))

    assert User.objects.get().email == "new@example.org"
    assert letters()[-1].to == [LENA]
    subject, body = last_mail()
    assert subject == "Your e-mail address was changed"
    assert f"was changed from {LENA} to new@example.org on " in body


def test_two_step_sign_in_is_announced_when_it_is_turned_on_and_off(browser):
    user = account()
    sign_in(browser)
    page = browser.get(reverse("mfa_activate_totp"))
    secret = re.search(r"Or type this key: ([A-Z2-7]+)", page.text)[1]

    browser.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert last_mail()[0] == "Two-step sign-in is on"
    assert Authenticator.objects.filter(user=user, type="totp").exists()

    browser.post(reverse("mfa_deactivate_totp"))
    assert last_mail()[0] == "Two-step sign-in is off"
    assert not Authenticator.objects.filter(user=user, type="totp").exists()


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Firefox on Android"),
        ("<script>alert(1)</script>", "an unknown device"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
    ],
)
def test_only_known_names_of_devices_are_repeated_in_a_mail(agent, device):
    account()
    browser = Client(headers={"user-agent": agent})
    browser.post(reverse("account_login"), {"login": LENA, "password": PASSWORD})
    new = {"oldpassword": PASSWORD, "password1": "another fine password"}

    browser.post(reverse("account_change_password"), new)

    assert f", from {device}. All other" in last_mail()[1]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Enter your email address"),
        ({"login": LENA}, "Enter your password"),
        (
            {"login": "lena", "password": "x"},
            "Enter an email address in the correct format, like name@example.com",
        ),
        (
            {"login": LENA, "password": "wrong"},
            "The email address or password is not right. Check both and try again.",
        ),
    ],
)
def test_what_is_wrong_with_signing_in_is_said_in_the_title_and_the_summary(fields, error, browser):
    answer = browser.post(reverse("account_login"), fields)

    assert "<title>Error: Sign in" in answer.text
    assert answer.text.index("There is a problem") < answer.text.index("<h1>")
    assert error in answer.text
    assert "sessionid" not in browser.cookies
