"""No form of the shop tells a stranger who has an account here; the owner hears of it by mail."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import cache
from django.test import Client

from shop.people.accounts.forms import SignupForm
from shop.people.accounts.models import User
from tests import make
from tests.queue import letters
from tests.shop.people.accounts.people import PASSWORD, is_in, sign_in, signed_in

pytestmark = pytest.mark.django_db
KNOWN, NEW = "known@example.org", "newer@example.org"  # as long as each other
HASHED = []


class Counting(MD5PasswordHasher):
    """A hasher that notes how often it works."""

    def encode(self, password, salt):
        HASHED.append(password)
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def known():
    cache.clear()
    return make.user(KNOWN)


def seen(browser, answer):
    """Return all that a stranger sees of an answer but what is new with every request."""
    pages = [page for page, _status in answer.redirect_chain]
    text = answer.text.replace(KNOWN, "ADDRESS").replace(NEW, "ADDRESS")
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    headers = {name: len(value) for name, value in answer.headers.items()}
    return answer.status_code, pages, text, headers, sorted(browser.cookies)


def send(address, email, **fields):
    cache.clear()
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    return seen(browser, browser.post(address, fields | {"email": email}, follow=True))


@pytest.mark.parametrize("address", ["/account/signup/", "/fr/account/signup/"])
def test_signing_up_is_answered_alike_for_known_and_new_addresses(address):
    fields = {"password1": "olive-grove-77"}

    assert send(address, KNOWN, **fields) == send(address, NEW, **fields)

    assert [letter.to for letter in letters()] == [[KNOWN], [NEW]]
    assert User.objects.filter(email=KNOWN).count() == 1
    assert User.objects.get(email=KNOWN).check_password(PASSWORD)
    assert not EmailAddress.objects.get(email=NEW).verified


def test_the_owner_of_a_known_address_is_told_by_mail():
    send("/account/signup/", KNOWN.upper(), password1="olive-grove-77")

    [letter] = letters()
    assert letter.subject == "You already have an account"
    assert "http://127.0.0.1:8000/account/password/reset/" in letter.body


def test_what_is_wrong_with_a_password_is_said_alike_too():
    assert send("/account/signup/", KNOWN, password1="tiny") == send(
        "/account/signup/", NEW, password1="tiny"
    )
    assert letters() == []


def test_signing_up_works_as_hard_for_a_known_address_as_for_a_new_one(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    counts = []
    for email in (KNOWN, NEW):
        HASHED.clear()
        send("/account/signup/", email, password1="olive-grove-77")
        counts.append(len(HASHED))

    assert counts == [1, 1]


def test_a_forgotten_password_is_answered_alike():
    assert send("/account/password/reset/", KNOWN) == send("/account/password/reset/", NEW)
    assert [letter.to for letter in letters()] == [[KNOWN], [NEW]]


def test_a_wrong_password_is_answered_alike_whoever_it_is():
    pages = []
    for email in (KNOWN, NEW):
        cache.clear()
        browser = Client()
        answer = browser.post("/account/login/", {"login": email, "password": "x"}, follow=True)
        pages.append(seen(browser, answer))

    assert pages[0] == pages[1]


def test_nobody_is_let_in_before_the_address_is_confirmed():
    """Else whoever signs up and then in with another's address learns whether it was free."""
    send("/account/signup/", NEW, password1="olive-grove-77")

    browser = Client()
    answer = sign_in(browser, NEW, "olive-grove-77")

    assert answer.url == "/account/confirm-email/"
    assert not is_in(browser)


def test_a_new_address_of_an_account_is_answered_alike_and_its_owner_told():
    answers = []
    for email in (KNOWN, NEW):
        browser = signed_in(make.user())
        browser.post("/account/reauthenticate/", {"password": PASSWORD})
        answer = browser.post("/account/email/", {"email": email, "action_add": ""}, follow=True)
        own = re.sub(r"user\d+@example.org", "OWN", seen(browser, answer)[2])
        answers.append((answer.status_code, answer.redirect_chain, own))

    assert answers[0] == answers[1]
    assert [(letter.to[0], letter.subject) for letter in letters()] == [
        (KNOWN, "You already have an account"), (NEW, "Confirm your e-mail address"),
    ]  # fmt: skip


def test_of_two_sign_ups_at_once_the_second_finds_the_account_of_the_first(rf):
    form = SignupForm({"email": NEW, "password1": "olive-grove-77"})
    assert form.is_valid()
    make.user(NEW)  # between the look and the change

    request = rf.post("/account/signup/")
    request.session, request._messages = Client().session, CookieStorage(request)
    with context.request_context(request):
        user, answer = form.try_save(request)

    assert (user, answer.url) == (None, "/account/confirm-email/")
    assert User.objects.filter(email=NEW).count() == 1
    assert letters()[-1].subject == "You already have an account"


def test_whoever_makes_a_superuser_vouches_for_the_address():
    ada = User.objects.create_superuser("ada@example.org", PASSWORD)

    assert is_in(signed_in(ada))


def test_confirming_in_the_same_browser_signs_in_and_in_another_it_does_not():
    here, elsewhere = Client(), Client()
    here.post("/account/signup/", {"email": NEW, "password1": "olive-grove-77"})
    link = re.search(r"http://127.0.0.1:8000(/account/confirm-email/\S+/)", letters()[-1].body)[1]
    other = Client()
    cache.clear()
    other.post("/account/signup/", {"email": "third@example.org", "password1": "olive-grove-77"})
    again = re.search(r"(/account/confirm-email/\S+/)", letters()[-1].body)[1]

    here.post(link)
    elsewhere.post(again)

    assert is_in(here)
    assert not is_in(elsewhere)
    assert not is_in(other)
    assert EmailAddress.objects.get(email="third@example.org").verified
