"""A colleague reads times in the zone of the own account, and each is named as what it is."""

import re

import pytest
from wagtail.users.models import UserProfile

from shop.festivals.changelog import ChangedMeanwhile, log
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON

pytestmark = pytest.mark.django_db

PAGES = [
    "/organize/festivals/{festival}/",
    "/organize/calendar/",
    "/organize/colleagues/",
    "/organize/festivals/{festival}/history/",
]


@pytest.fixture
def festival():
    made = make.festival(title="Harvest")
    log(made, "edit", at=NOON, festival=made, by=make.user(first_name="Ama"))
    return made


def read(client, address, zone):
    user = organizer()
    profile = UserProfile.get_for_user(user)
    profile.current_time_zone = zone
    profile.save()
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"<[^>]*>", " ", answer.content.decode())


def test_a_line_of_the_log_is_told_in_the_colleague_s_zone(client, clock_at, festival):
    clock_at(NOON)
    address = PAGES[0].format(festival=festival.pk)

    assert "12 May 2027, 20:00:00 CST" in read(client, address, "Asia/Shanghai")


@pytest.mark.parametrize("address", PAGES)
def test_no_time_of_another_zone_is_called_utc(client, clock_at, festival, address):
    clock_at(NOON)

    page = read(client, address.format(festival=festival.pk), "Asia/Shanghai")

    assert not re.search(r"\d\d:\d\d(:\d\d)? UTC", page)


def test_who_was_faster_is_told_with_the_zone(festival):
    change = log(festival, "edit", at=NOON, festival=festival, by=make.user(first_name="Ama"))

    assert str(ChangedMeanwhile(change)) == "Changed by Ama meanwhile, at 12:00 UTC."
