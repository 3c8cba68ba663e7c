"""What ends the sessions of a person elsewhere, and what does not."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core import mail

from shop.people.accounts.models import User
from shop.people.accounts.sessions import end_sessions
from tests import make
from tests.shop.people.accounts.people import PASSWORD, is_in, signed_in, turn_on_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena():
    return make.user("lena@example.org")


def test_turning_a_second_step_on_ends_all_sessions_but_the_one_that_did_it(lena):
    here, elsewhere = signed_in(lena), signed_in(lena)
    somebody = signed_in(make.user())

    turn_on_codes(here)

    assert is_in(here)
    assert not is_in(elsewhere)
    assert is_in(somebody)
    assert Authenticator.objects.filter(user=lena, type="totp").exists()


def test_a_second_step_that_could_not_be_turned_on_ends_no_session(lena):
    here, elsewhere = signed_in(lena), signed_in(lena)
    here.post("/account/reauthenticate/", {"password": PASSWORD})

    answer = here.post("/account/2fa/totp/activate/", {"code": "000000"})

    assert "There is a problem" in answer.text
    assert is_in(elsewhere)
    assert not Authenticator.objects.exists()


def test_a_changed_password_ends_all_other_sessions(lena):
    here, elsewhere = signed_in(lena), signed_in(lena)

    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": "olive-grove-77"})

    assert is_in(here)
    assert not is_in(elsewhere)


def test_whoever_lost_a_device_signs_out_everywhere_else_with_one_button(lena):
    here, elsewhere, in_french = (signed_in(lena) for _ in range(3))
    assert 'href="/account/devices/"' in here.get("/account/").text
    assert 'href="/fr/account/devices/"' in in_french.get("/fr/account/").text
    assert 'href="/account/sign-out-elsewhere/"' in here.get("/account/devices/").text
    assert "Sign out on all other devices?" in here.get("/account/sign-out-elsewhere/").text
    assert is_in(elsewhere)  # looking alone does nothing

    answer = here.post("/account/sign-out-elsewhere/", follow=True)

    assert "You are signed out on all other devices." in answer.text
    assert is_in(here)
    assert not is_in(elsewhere)
    assert not is_in(in_french)
    assert is_in(signed_in(lena))  # the password counts as before
    assert mail.outbox == []


def test_the_session_that_stays_gets_another_key(lena):
    here = signed_in(lena)
    before = here.cookies["sessionid"].value

    here.post("/account/sign-out-elsewhere/")

    assert here.cookies["sessionid"].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_guest_is_asked_to_sign_in_before_signing_out_elsewhere(client, lena):
    answer = client.post("/account/sign-out-elsewhere/")

    assert answer.headers["Location"].startswith("/account/login/?next=")
    lena.refresh_from_db()
    assert lena.sessions_ended == 0


def test_sessions_from_before_the_first_end_are_those_that_django_knows(lena):
    stranger = User(password=lena.password)

    assert lena.get_session_auth_hash() == stranger.get_session_auth_hash()
    end_sessions(lena)
    first = lena.get_session_auth_hash()
    end_sessions(lena)
    assert len({first, lena.get_session_auth_hash(), stranger.get_session_auth_hash()}) == 3


def test_a_session_goes_on_under_a_key_that_was_replaced(lena, settings):
    end_sessions(lena)
    here = signed_in(lena)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]

    assert lena.pk == int(here.session[SESSION_KEY])
    assert is_in(here)
