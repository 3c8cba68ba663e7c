"""Organizers let a suspended store leave, and take that back; the store reads what comes."""

from datetime import timedelta

import pytest

from shop.merchant.moderation.suspend import suspend
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import set_clocks
from tests.shop.money.settlements.earned import MONDAY, earned, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchant(sandbox, clock_at):
    set_clocks(sandbox, NOON)
    made = store()
    earned(sandbox, made, units=1)
    suspend(made, "Counterfeits", at=NOON + timedelta(days=5), by=make.user())
    clock_at(MONDAY + timedelta(hours=1))
    return made


def test_a_store_leaves_and_stays_by_two_buttons(client, merchant):
    client.force_login(organizer())
    where = f"/organize/stores/{merchant.pk}/"
    page = client.get(where).text
    assert "Let it leave" in page
    assert "Nothing is paid to it either." in page
    assert "It is owed $18.00." in client.get(f"{where}leave/").text
    assert client.post(f"{where}leave/", {"reason": ""}).status_code == 422

    client.post(f"{where}leave/", {"reason": "It closes"})
    page = client.get(where).text
    assert "It has been leaving since" in page
    assert "Let it stay" in page
    client.post(f"{where}stay/")

    merchant.refresh_from_db()
    assert merchant.is_unpaid


def test_the_store_reads_that_it_is_paid_to_the_last(client, merchant):
    owner = make.member(merchant)
    money = f"/merchant/{merchant.slug}/money/"
    client.force_login(owner)
    assert "Nothing is settled or paid while your store is suspended." in client.get(money).text
    merchant.refresh_from_db()
    merchant.leaving_since = MONDAY
    merchant.save()

    page = client.get(money).text

    assert "Your store is leaving." in page
    assert "Nothing is settled or paid" not in page
    assert "in the next settlement" in page
