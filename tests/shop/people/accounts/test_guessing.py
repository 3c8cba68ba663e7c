"""Whoever guesses a password locks nobody out but the network and the browser that guesses."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests import make
from tests.queue import letters
from tests.shop.core.mail.test_account_mail import link
from tests.shop.people.accounts.people import PASSWORD, is_in

pytestmark = pytest.mark.django_db
LENA, NOBODY = "lena@example.org", "nobody@example.org"
TOO_MANY = "Too many attempts. Try again in a few minutes."
WRONG = "The email address or password is not right."
HOME, CAFE = "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


@pytest.fixture
def lena():
    return make.user(LENA)


def attempt(browser, password, email=LENA):
    return browser.post("/account/login/", {"login": email, "password": password})


def at(address):
    return Client(REMOTE_ADDR=address)


def guessed(address, *, times=5, email=LENA):
    """Guess passwords from an address as an attacker would: each time as a new browser."""
    return [attempt(at(address), f"guess {n}", email) for n in range(times)]


def test_five_wrong_passwords_from_elsewhere_keep_nobody_out(lena):
    answers = guessed(CAFE)
    assert all(WRONG in answer.text for answer in answers)

    # The attack goes on where it began: even the right password is not looked at there.
    assert TOO_MANY in attempt(at(CAFE), PASSWORD).text
    home = at(HOME)
    assert attempt(home, PASSWORD).status_code == 302
    assert is_in(home)


def test_the_network_that_guesses_is_answered_alike_for_every_address(lena):
    pages = [guessed(CAFE, times=6, email=email)[-1].text for email in (LENA, NOBODY)]

    assert all(TOO_MANY in page for page in pages)
    assert WRONG not in pages[0]
    assert pages[0].replace(LENA, "ADDRESS").count("ADDRESS") == pages[1].replace(
        NOBODY, "ADDRESS").count("ADDRESS")  # fmt: skip


def test_many_networks_together_are_stopped_and_a_known_browser_still_passes(lena, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {
        "login_failed_everywhere": "8/h/key"
    }
    known = at(HOME)
    attempt(known, PASSWORD)
    known.post("/account/logout/")
    for n in range(8):
        guessed(f"198.51.100.{n}", times=1)

    assert TOO_MANY in attempt(at("192.0.2.1"), PASSWORD).text
    known.defaults["REMOTE_ADDR"] = "192.0.2.77"  # somewhere else by now
    assert attempt(known, PASSWORD).status_code == 302
    assert is_in(known)


def knows(user):
    """Return a browser at home that has signed in to an account, and is signed out."""
    browser = at(HOME)
    attempt(browser, PASSWORD, user.email)
    browser.post("/account/logout/")
    return browser


def test_a_network_that_guesses_keeps_no_known_browser_there_out(lena):
    known = knows(lena)
    for n in range(40):  # somebody else in the same office
        guessed(HOME, times=1, email=f"guess{n}@example.org")
    guessed(HOME)

    assert TOO_MANY in attempt(at(HOME), PASSWORD).text
    assert attempt(known, PASSWORD).status_code == 302
    assert is_in(known)


def test_a_browser_that_is_known_for_another_account_waits_with_its_network(lena):
    other = knows(make.user("eve@example.org"))
    for n in range(10):
        guessed(HOME, times=1, email=f"guess{n}@example.org")

    assert TOO_MANY in attempt(other, PASSWORD).text
    assert not is_in(other)


def test_a_stolen_cookie_of_a_known_browser_guesses_five_times_wherever_it_is(lena):
    value = knows(lena).cookies["known"].value

    def thief(n, password):
        browser = at(f"198.51.100.{n}")
        browser.cookies["known"] = value
        return attempt(browser, password).text

    assert all(WRONG in thief(n, f"guess {n}") for n in range(5))
    assert TOO_MANY in thief(9, PASSWORD)
    assert attempt(at(HOME), PASSWORD).status_code == 302  # the owner, in another browser


def test_a_known_browser_guesses_so_often_a_day(lena, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {
        "login_failed_known": "9/5m/key,3/d/key"
    }
    known = knows(lena)

    for n in range(3):
        assert WRONG in attempt(known, f"guess {n}").text

    assert TOO_MANY in attempt(known, PASSWORD).text


def test_known_browsers_sign_in_so_often_a_minute(lena, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {
        "login_known": "2/m/key", "login_elsewhere": "4/m/ip"
    }  # fmt: skip
    known = knows(lena)
    for _n in range(2):
        assert attempt(known, PASSWORD).status_code == 302
        known.post("/account/logout/")

    assert TOO_MANY in attempt(known, PASSWORD).text
    for n in range(3):
        attempt(at(HOME), PASSWORD, make.user(f"n{n}@example.org").email)
    assert TOO_MANY in attempt(at(HOME), PASSWORD).text


def test_a_new_password_by_mail_opens_the_door_for_a_known_browser(lena):
    known = knows(lena)
    for n in range(5):
        attempt(known, f"guess {n}")
    known.post("/account/password/reset/", {"email": LENA})
    form = known.get(link(letters()[-1].body, "/key/"), follow=True)
    known.post(form.request["PATH_INFO"], {"password1": "olive-grove-77"})

    assert attempt(known, "olive-grove-77").status_code == 302


def test_a_known_browser_has_no_more_tries_of_its_own(lena):
    known = at(HOME)
    attempt(known, PASSWORD)
    known.post("/account/logout/")

    for n in range(5):
        assert WRONG in attempt(known, f"guess {n}").text

    assert TOO_MANY in attempt(known, PASSWORD).text


def test_a_browser_is_known_for_the_account_that_signed_in_there_alone(lena, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {
        "login_failed_everywhere": "3/h/key"
    }
    eve = make.user("eve@example.org")
    browser = at(HOME)
    attempt(browser, PASSWORD, eve.email)
    browser.post("/account/logout/")
    for n in range(3):
        guessed(f"198.51.100.{n}", times=1)

    assert TOO_MANY in attempt(browser, PASSWORD).text
    forged = at(HOME)
    forged.cookies["known"] = browser.cookies["known"].value[:-2] + "xx"
    assert TOO_MANY in attempt(forged, PASSWORD).text
    assert not is_in(browser)


def test_who_signs_in_rightly_uses_no_try_up(lena):
    for _n in range(7):
        assert attempt(at(HOME), PASSWORD).status_code == 302


def test_a_new_password_by_mail_opens_the_door_for_the_locked_network(lena):
    guessed(CAFE)
    browser = at(CAFE)
    browser.post("/account/password/reset/", {"email": LENA})
    form = browser.get(link(letters()[-1].body, "/key/"), follow=True)
    browser.post(form.request["PATH_INFO"], {"password1": "olive-grove-77"})

    assert attempt(browser, "olive-grove-77").status_code == 302
