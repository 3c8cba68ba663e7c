"""The desks ask whether this session took the second step, not whether its owner has one."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from shop.people.accounts.second_step import turn_off
from tests import make
from tests.cms.dashboard.people import organizer
from tests.shop.people.accounts.people import (
    PASSWORD,
    code_of,
    is_in,
    recovery_code,
    sign_in,
    signed_in,
    turn_on_codes,
)

pytestmark = pytest.mark.django_db
DESK = "/organize/festivals/"


@pytest.fixture(autouse=True)
def _demanded(settings):
    settings.ORGANIZERS_NEED_MFA = True


@pytest.fixture
def ada():
    return organizer()


def password_of(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def test_a_session_without_the_second_step_is_led_to_it_though_its_owner_has_one(client, ada):
    client.force_login(ada)  # as somebody who stole the password once, or a cookie
    TOTP.activate(ada, generate_totp_secret())

    led = client.get(f"{DESK}?state=draft")

    assert led.headers["Location"] == (
        "/account/2fa/reauthenticate/?next=%2Forganize%2Ffestivals%2F%3Fstate%3Ddraft"
    )
    assert "Organizers sign in with a second step." in client.get(led.url).text
    assert client.post("/organize/festivals/new/", {"title": "x"}).status_code == 302


def test_the_code_opens_the_desk_and_leads_back_to_where_one_was(client, ada):
    secret = generate_totp_secret()
    client.force_login(ada)
    TOTP.activate(ada, secret)
    led = client.get(DESK)

    wrong = client.post(led.url, {"code": "000000"})
    assert "There is a problem" in wrong.text
    assert client.get(DESK).status_code == 302
    answer = client.post(led.url, {"code": code_of(secret), "next": DESK})

    assert answer.headers["Location"] == DESK
    assert client.get(DESK).status_code == 200


def test_the_password_once_more_is_no_second_step(ada):
    browser = signed_in(password_of(ada))
    TOTP.activate(ada, generate_totp_secret())

    answer = browser.post("/account/reauthenticate/", {"password": PASSWORD, "next": DESK})

    assert answer.status_code == 302
    assert browser.get(DESK).headers["Location"].startswith("/account/2fa/reauthenticate/")


def test_signing_in_with_password_and_code_opens_the_desk(client, ada):
    secret = generate_totp_secret()
    TOTP.activate(password_of(ada), secret)

    assert sign_in(client, ada.email).url == "/account/2fa/authenticate/"
    assert not is_in(client)
    client.post("/account/2fa/authenticate/", {"code": code_of(secret)})

    assert client.get(DESK).status_code == 200


def test_a_recovery_code_stands_in_for_a_lost_telephone(client, ada):
    turn_on_codes(signed_in(password_of(ada)))

    sign_in(client, ada.email)
    client.post("/account/2fa/authenticate/", {"code": recovery_code(ada)})

    assert client.get(DESK).status_code == 200


def test_turning_it_on_proves_it_for_this_session_and_leads_back_to_the_desk(ada):
    browser = signed_in(password_of(ada))
    led = browser.get(DESK)
    assert led.url == "/account/2fa/"
    assert "Organizers sign in with a second step." in browser.get(led.url).text

    turn_on_codes(browser)

    codes = browser.get("/account/2fa/recovery-codes/").text
    assert f'href="{DESK}">Go on' in codes
    assert browser.get(DESK).status_code == 200


def test_a_session_that_took_a_step_which_is_gone_does_not_count(ada):
    browser = signed_in(password_of(ada))
    turn_on_codes(browser)
    assert browser.get(DESK).status_code == 200

    browser.post("/account/2fa/totp/deactivate/")

    assert browser.get(DESK).url == "/account/2fa/"


def test_what_one_person_proved_counts_for_nobody_else_in_the_same_browser(ada):
    browser = signed_in(password_of(ada))
    turn_on_codes(browser)
    eve = organizer("reviewer")
    TOTP.activate(eve, generate_totp_secret())

    browser.force_login(eve)

    assert browser.get(DESK).status_code == 302


def test_whoever_lost_it_all_is_freed_of_it_and_signed_out_everywhere(ada):
    browser = signed_in(password_of(ada))
    turn_on_codes(browser)
    other = make.user()
    TOTP.activate(other, generate_totp_secret())

    assert turn_off(ada) is True
    assert turn_off(ada) is False

    assert not is_in(browser)
    assert list(Authenticator.objects.values_list("user", flat=True)) == [other.pk]
    assert signed_in(ada)
