"""Everybody sees on which devices they are signed in, and signs any of them out."""

from datetime import UTC, datetime

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from shop.people.accounts.models import SignedInDevice
from tests import make
from tests.cms.dashboard.people import organizer
from tests.shop.people.accounts.people import PASSWORD, is_in, sign_in

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19.0 Safari/605.1"
WHERE = "/account/devices/"


@pytest.fixture
def lena():
    return make.user("lena@example.org")


def on(agent, user):
    browser = Client(headers={"user-agent": agent, "Sec-Fetch-Site": "same-origin"})
    assert sign_in(browser, user.email).status_code == 302
    return browser


def of(user, name):
    return SignedInDevice.objects.get(user=user, name=name)


def test_each_device_is_listed_and_the_one_in_use_is_marked(lena):
    phone, mac = on(PHONE, lena), on(MAC, lena)

    page = phone.get(WHERE).text

    assert "Firefox on Android" in page
    assert "Safari on macOS" in page
    assert page.count('name="device"') == 1  # not the one in use
    assert mac.session.session_key not in page


def test_a_thiefs_session_is_ended_by_its_owner_and_no_other(lena):
    phone, thief, mac = on(PHONE, lena), on(MAC, lena), on(PHONE, lena)

    answer = phone.post(WHERE, {"device": of(lena, "Safari on macOS").pk}, follow=True)

    assert "Signed out on Safari on macOS." in answer.text
    assert not is_in(thief)
    assert is_in(phone)
    assert is_in(mac)
    assert SignedInDevice.objects.filter(user=lena).count() == 2


def test_the_device_of_another_person_is_not_found(lena):
    phone = on(PHONE, lena)
    other = on(MAC, make.user())
    row = SignedInDevice.objects.exclude(user=lena).get()

    for number in (row.pk, of(lena, "Firefox on Android").pk, "x", ""):
        assert phone.post(WHERE, {"device": number}).status_code == 404

    assert is_in(other)
    assert is_in(phone)


def test_a_guest_is_asked_to_sign_in(client):
    assert client.get(WHERE).url.startswith("/account/login/?next=")


def test_after_signing_out_elsewhere_or_a_new_password_one_device_is_left(lena):
    phone = on(PHONE, lena)
    on(MAC, lena)
    phone.post("/account/sign-out-elsewhere/")
    assert [row.name for row in SignedInDevice.objects.all()] == ["Firefox on Android"]
    on(MAC, lena)

    phone.post("/account/password/change/",
               {"oldpassword": PASSWORD, "password1": "olive-grove-77"})  # fmt: skip

    assert 'name="device"' not in phone.get(WHERE).text
    assert [row.name for row in SignedInDevice.objects.all()] == ["Firefox on Android"]


def test_a_device_goes_with_its_session(lena):
    phone = on(PHONE, lena)
    phone.post("/account/logout/")

    assert not SignedInDevice.objects.exists()
    on(MAC, lena)
    Session.objects.all().delete()
    assert not SignedInDevice.objects.exists()


@pytest.mark.parametrize("who", ["merchant", "organizer"])
def test_merchants_and_organizers_have_the_same_page(who):
    user = make.member(make.merchant()) if who == "merchant" else organizer()
    user.set_password(PASSWORD)
    user.save()
    browser = on(PHONE, user)

    assert "Firefox on Android" in browser.get(WHERE).text


def test_the_day_of_signing_in_is_that_of_the_shops_clock_until_script_knows_the_readers(
    lena, clock_at
):
    clock_at(datetime(2027, 5, 12, 22, 30, tzinfo=UTC))  # half past one in Nairobi

    page = on(PHONE, lena).get(WHERE).text

    assert ">Signed in on 13 May 2027</time>" in page
    assert 'pattern="Signed in on {date}" year><time datetime="2027-05-12T22:30' in page
