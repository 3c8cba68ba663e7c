"""Links of mails lead to the shop's own address, whatever the Host header of a request says."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests import make
from tests.cms.dashboard.people import organizer
from tests.queue import letters
from tests.shop.people.accounts.people import PASSWORD, signed_in
from tests.shop.storefront.previews.steps import shared

pytestmark = pytest.mark.django_db
OURS = "https://baobab.example"
ELSEWHERE = {"host": "localhost:6666"}  # allowed, since ALLOWED_HOSTS looks at no port


@pytest.fixture(autouse=True)
def _at_our_address(settings):
    settings.SITE_URL = OURS
    cache.clear()


def links():
    return [link for letter in letters() for link in re.findall(r"https?://\S+", letter.body)]


@pytest.mark.parametrize("email", ["lena@example.org", "nobody@example.org"])
@pytest.mark.parametrize(
    ("address", "fields"),
    [("/account/signup/", {"password1": "olive-grove-77"}), ("/fr/account/password/reset/", {})],
)
def test_links_of_mails_are_built_from_our_address_alone(address, fields, email):
    make.user("lena@example.org")

    Client(headers=ELSEWHERE).post(address, fields | {"email": email})

    assert links()
    assert [link for link in links() if not link.startswith(f"{OURS}/")] == []


def test_so_is_the_link_that_confirms_a_new_address():
    browser = signed_in(make.user())
    browser.post("/account/reauthenticate/", {"password": PASSWORD})

    browser.post(
        "/account/email/", {"email": "new@example.org", "action_add": ""}, headers=ELSEWHERE
    )

    assert links()[0].startswith(f"{OURS}/account/confirm-email/")


def test_so_is_the_address_of_a_shared_preview(client, clock_at):
    festival = make.festival(state="draft")
    clock_at(make.NOON)
    shared(festival, make.NOON)
    client.force_login(organizer())

    page = client.get(f"/organize/festivals/{festival.pk}/preview/", headers=ELSEWHERE).text

    assert f"{OURS}/preview/" in page
    assert "localhost:6666" not in page
