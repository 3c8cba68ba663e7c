"""Stores of a festival for which nobody signs in: found, reminded; invitations are taken back."""

import pytest
from django.core import mail

from shop.festivals.models import Enrolment
from shop.workspace.people.invite import invite
from tests import make
from tests.cms.admin.people import BEFORE
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db


def part(festival, name, state="accepted"):
    store = make.merchant(name=name)
    return Enrolment.objects.create(festival=festival, merchant=store, state=state, commission_bp=0)


def test_stores_without_people_are_filtered_and_all_reminded_at_once(desk):
    festival = make.festival()
    silent, never = part(festival, "Silent Looms"), part(festival, "Never Asked")
    make.member(part(festival, "Open Kilns").merchant)
    invite(silent.merchant, "awa@example.org", language="en", at=BEFORE, by=make.user())
    run_queued_work()
    here = f"/organize/festivals/{festival.pk}/stores/"

    page = desk.get(here, {"people": "none"}).text
    assert "Silent Looms" in page
    assert "Never Asked" in page
    assert "Open Kilns" not in page
    asked = desk.get(f"{here}remind/").text
    assert "the invitations of Silent Looms." in asked
    assert "Nobody was ever invited for Never Asked." in asked
    mail.outbox.clear()
    done = desk.post(f"{here}remind/", follow=True).text
    run_queued_work()

    assert "1 invitation sent again." in done
    assert [message.to for message in mail.outbox] == [["awa@example.org"]]
    assert never.merchant.invitations.count() == 0


def test_an_invitation_that_is_not_answered_is_taken_back(desk):
    festival = make.festival()
    invited, joined = part(festival, "Silent Looms", "invited"), part(festival, "Open Kilns")
    here = f"/organize/festivals/{festival.pk}/stores/"
    assert "Take the invitation of Silent Looms back" in desk.get(here).text

    done = desk.post(f"{here}{invited.pk}/", {"uninvite": ""}, follow=True).text
    late = desk.post(f"{here}{joined.pk}/", {"uninvite": ""}, follow=True).text

    assert "The invitation of Silent Looms is taken back." in done
    assert "The store has answered already." in late
    invited.refresh_from_db()
    joined.refresh_from_db()
    assert (invited.state, joined.state) == ("withdrawn", "accepted")
