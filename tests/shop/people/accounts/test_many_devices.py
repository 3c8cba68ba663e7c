"""Somebody with very many sessions: the page stays short, and one press ends all of them."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import RequestFactory

from shop.core import clock
from shop.people.accounts.models import SignedInDevice
from tests import budgets, make
from tests.shop.people.accounts.people import is_in, signed_in

pytestmark = pytest.mark.django_db
WHERE = "/account/devices/"
MANY, SHOWN = 300, 20
HERE = "· this device"


@pytest.fixture
def lena():
    return make.user("lena@example.org")


def copies(browser, user, *, number=MANY):
    """Return the keys of sessions that are signed in like a browser's, each on a device."""
    own, at = browser.session, clock.now()
    keys = [f"{n:032d}" for n in range(number)]
    Session.objects.bulk_create(
        Session(session_key=key, session_data=own.encode(dict(own.items())),
                expire_date=at + timedelta(days=9)) for key in keys
    )  # fmt: skip
    # All are newer than the device in use, which no order by day would show first.
    SignedInDevice.objects.bulk_create(
        SignedInDevice(user=user, session_id=key, name=f"Browser {n}",
                       since=at + timedelta(minutes=n)) for n, key in enumerate(keys)
    )  # fmt: skip
    return keys


def are_in(keys):
    """Return how many of the sessions belong to somebody, as each request asks."""
    request = RequestFactory().get("/")
    found = 0
    for key in keys:
        request.session = SessionStore(key)
        found += get_user(request).is_authenticated
    return found


def listed(page):
    return re.findall(r"<strong>(Browser \d+)</strong>", page)


def test_a_page_lists_twenty_devices_the_newest_first_below_the_one_in_use(lena):
    here = signed_in(lena)
    copies(here, lena)

    page = here.get(WHERE).text

    assert listed(page) == [f"Browser {n}" for n in range(MANY - 1, MANY - 1 - SHOWN, -1)]
    assert page.count(HERE) == 1
    assert page.index(HERE) < page.index("Browser")
    assert 'href="/account/sign-out-elsewhere/"' in page


def test_all_devices_are_found_page_by_page_each_once_beside_the_one_in_use(lena):
    here = signed_in(lena)
    copies(here, lena)
    own = SignedInDevice.objects.order_by("since").first()

    found, page = [], here.get(WHERE).text
    for _page in range(MANY // SHOWN):
        assert page.count(HERE) == 1
        found += listed(page)
        forward = re.search(r'<a href="([^"]*)" rel="next"', page)
        page = here.get(WHERE + forward[1]).text if forward else ""

    assert page == ""
    assert sorted(found) == sorted(f"Browser {n}" for n in range(MANY))
    assert own.name not in found


def test_a_page_that_is_not_there_is_the_nearest_one(lena):
    here = signed_in(lena)
    copies(here, lena)

    for asked, first in (("999", "Browser 19"), ("0", "Browser 19"), ("x", "Browser 299")):
        assert listed(here.get(f"{WHERE}?page={asked}").text)[0] == first


def test_three_hundred_devices_cost_as_many_statements_as_three(lena):
    here = signed_in(lena)
    copies(here, lena, number=3)
    here.get(WHERE)
    with budgets.statements(most=30) as few:
        assert here.get(WHERE).status_code == 200
    Session.objects.filter(device__name__startswith="Browser").delete()
    copies(here, lena)

    with budgets.statements(most=len(few)):
        assert here.get(WHERE).status_code == 200


def test_a_device_far_down_is_signed_out_alone(lena):
    here = signed_in(lena)
    keys = copies(here, lena)
    row = SignedInDevice.objects.get(session_id=keys[0])

    answer = here.post(f"{WHERE}?page=15", {"device": row.pk}, follow=True)

    assert "Signed out on Browser 0." in answer.text
    assert are_in(keys[:1]) == 0
    assert are_in(keys[1:]) == MANY - 1


def test_signing_out_elsewhere_ends_all_three_hundred_and_keeps_this_one(lena):
    here = signed_in(lena)
    keys = copies(here, lena)
    somebody = signed_in(make.user())
    assert are_in(keys) == MANY

    here.post("/account/sign-out-elsewhere/")

    assert are_in(keys) == 0
    assert is_in(here)
    assert is_in(somebody)
    assert listed(here.get(WHERE).text) == []
    assert SignedInDevice.objects.filter(user=lena).count() == 1
