"""Mail about an account waits in the queue: no page fails because the mail server is away."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django_tasks_db.models import DBTaskResult

from shop.core.tasks import PAUSES
from shop.operations.retention.erase import erase_account
from shop.people.accounts.mail import send_account_mail
from shop.people.accounts.models import User
from tests import make
from tests.make import NOON
from tests.queue import letters
from tests.shop.core.mail.test_account_mail import link
from tests.shop.people.accounts.people import (
    PASSWORD,
    is_in,
    recovery_code,
    signed_in,
    turn_on_codes,
)

pytestmark = pytest.mark.django_db
LENA, NEW = "lena@example.org", "new@example.org"
OTHER = "olive-grove-77"


@pytest.fixture(autouse=True)
def nobody_listens(settings):
    """Let the mail server be away: nothing listens at its port."""
    cache.clear()
    there = settings.MAILERS
    away = {"host": "127.0.0.1", "port": 9, "timeout": 1.0}
    backend = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": away}}

    def is_back() -> None:
        settings.MAILERS = there

    return is_back


@pytest.fixture
def lena():
    return make.user(LENA)


@pytest.fixture
def here(lena):
    """Return a browser in which Lena has just proved who she is."""
    browser = signed_in(lena)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def subjects():
    return [letter.subject for letter in letters()]


def test_an_account_is_made_and_its_link_comes_when_the_mail_server_is_back(nobody_listens):
    browser = Client()
    answer = browser.post("/account/signup/", {"email": NEW, "password1": OTHER})

    assert answer.url == "/account/confirm-email/"
    nobody_listens()
    assert subjects() == ["Confirm your e-mail address"]
    browser.post(link(mail.outbox[0].body, "confirm-email"))
    assert EmailAddress.objects.get(email=NEW).verified
    assert is_in(browser)


def test_a_password_is_reset_to_the_end_while_no_mail_can_be_sent(lena, nobody_listens):
    browser = Client()
    assert browser.post("/account/password/reset/", {"email": LENA}).status_code == 302
    nobody_listens()
    assert subjects() == ["Choose a new password"]

    form = browser.get(link(mail.outbox[0].body, "/key/"), follow=True)
    answer = browser.post(form.request["PATH_INFO"], {"password1": OTHER})

    assert answer.status_code == 302
    assert User.objects.get().check_password(OTHER)
    assert subjects()[1:] == ["Your password was changed"]


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/account/signup/", {"email": LENA, "password1": OTHER}),
        ("/account/password/reset/", {"email": "nobody@example.org"}),
        ("/account/email/", {"email": NEW, "action_add": ""}),
        ("/account/password/change/", {"oldpassword": PASSWORD, "password1": OTHER}),
    ],
)
def test_no_page_of_an_account_fails_while_the_mail_server_is_away(address, fields, here, lena):
    browser = Client() if "signup" in address or "reset" in address else here

    answer = browser.post(address, fields)

    assert answer.status_code == 302
    assert DBTaskResult.objects.ready().count() == 1


def test_recovery_codes_are_shown_whether_or_not_a_mail_can_be_sent(here, lena, nobody_listens):
    turn_on_codes(here)
    assert recovery_code(lena) in here.get("/account/2fa/recovery-codes/").text

    answer = here.post("/account/2fa/recovery-codes/generate/", follow=True)
    assert recovery_code(lena) in answer.text
    assert here.post("/account/2fa/totp/deactivate/").status_code == 302

    nobody_listens()
    assert subjects() == [
        "Two-step sign-in is on", "New recovery codes", "Two-step sign-in is off",
    ]  # fmt: skip


def test_a_change_and_its_mail_are_kept_together_or_not_at_all(here, lena, monkeypatch):
    def away(*args):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("shop.people.accounts.adapter.enqueue", away)
    here.raise_request_exception = False
    change = {"oldpassword": PASSWORD, "password1": OTHER}

    assert here.post("/account/password/change/", change).status_code == 500
    assert Client(raise_request_exception=False).post(
        "/account/signup/", {"email": NEW, "password1": OTHER}
    ).status_code == 500  # fmt: skip

    lena.refresh_from_db()
    assert lena.check_password(PASSWORD)
    assert not User.objects.filter(email=NEW).exists()


def test_the_queue_holds_no_link_that_opens_an_account():
    lena = make.user(LENA)
    Client().post("/account/password/reset/", {"email": LENA})
    Client().post("/account/signup/", {"email": NEW, "password1": OTHER})

    kept = " ".join(str(row.args_kwargs) for row in DBTaskResult.objects.all())
    assert re.findall(r"/key/|confirm-email|https?:", kept) == []
    assert str(lena.pk) in kept


def test_a_link_to_confirm_is_not_sent_for_what_is_confirmed_meanwhile(nobody_listens):
    Client().post("/account/signup/", {"email": NEW, "password1": OTHER})
    EmailAddress.objects.update(verified=True)
    nobody_listens()

    assert subjects() == []


def test_a_mail_that_could_not_be_sent_is_tried_again_later(lena, clock_at):
    clock_at(NOON)
    Client().post("/account/password/reset/", {"email": LENA})
    row = DBTaskResult.objects.ready().get()
    row.task.func(*row.args_kwargs["args"])

    again = DBTaskResult.objects.exclude(pk=row.pk).get()
    assert again.args_kwargs["kwargs"]["tries"] == 1
    assert len(PAUSES) > 1


def test_erasing_a_person_empties_the_queue_of_their_addresses(lena, here):
    Client().post("/account/password/reset/", {"email": LENA})
    Client().post("/account/password/reset/", {"email": "somebody@example.org"})
    here.post("/account/email/", {"email": NEW, "action_add": ""})

    erase_account(lena, at=NOON)

    rows = DBTaskResult.objects.filter(task_path=send_account_mail.module_path)
    assert [row.args_kwargs["args"][1] for row in rows] == ["somebody@example.org"]
    assert not Authenticator.objects.exists()
