"""Stores of a festival for which no owner signs in: found, reminded; invitations are taken back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.utils.html import escape

from shop.festivals.models import ChangeLog, Enrolment, Participation
from shop.merchant.dashboard.people.invite import invite
from shop.money.settlements.models import PayoutMethod
from shop.people.merchants.models import StoreInvitation
from tests import make
from tests.cms.dashboard.people import BEFORE, NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db


def part(festival, name, state="accepted"):
    store = make.merchant(name=name)
    return Enrolment.objects.create(festival=festival, merchant=store, state=state, commission_bp=0)


def test_stores_without_people_are_filtered_and_all_reminded_at_once(desk):
    festival = make.festival()
    silent, never = part(festival, "Silent Looms"), part(festival, "Never Asked")
    make.member(part(festival, "Open Kilns").merchant)
    invite(silent.merchant, "awa@example.org", language="en", at=BEFORE - timedelta(days=1),
           by=make.user())  # fmt: skip
    run_queued_work()
    here = f"/organize/festivals/{festival.pk}/stores/"

    page = desk.get(here, {"people": "none"}).text
    assert "Silent Looms" in page
    assert "Never Asked" in page
    assert "Open Kilns" not in page
    asked = desk.get(f"{here}remind/").text
    assert "the invitations of Silent Looms." in asked
    assert "No owner is invited for Never Asked." in asked
    mail.outbox.clear()
    done = desk.post(f"{here}remind/", follow=True).text
    run_queued_work()

    assert "1 invitation sent again." in done
    assert [message.to for message in mail.outbox] == [["awa@example.org"]]
    assert never.merchant.invitations.count() == 0


def test_a_store_is_reminded_once_a_day_and_keeps_its_link_until_then(desk, clock_at):
    clock_at(NOON)
    festival = make.festival()
    here = f"/organize/festivals/{festival.pk}/stores/remind/"
    for name, sent in (("Silent Looms", BEFORE), ("New Kilns", NOON - timedelta(hours=23))):
        invite(part(festival, name).merchant, f"{name[:3]}@example.org", language="en", at=sent,
               by=make.user())  # fmt: skip
    links = dict(StoreInvitation.objects.values_list("email", "token_hash"))

    asked = desk.get(here).text
    done = [desk.post(here, follow=True).text for _press in range(2)]

    assert "the invitations of Silent Looms. The earlier link ends." in asked
    assert "Left out, as they got this email in the last 24 hours: New Kilns." in asked
    assert "Send them again" in asked
    assert "1 invitation sent again." in done[0]
    assert "There is no invitation to send again now." in done[1]
    assert "Send them again" not in desk.get(here).text
    now = dict(StoreInvitation.objects.values_list("email", "token_hash"))
    assert now["new@example.org"] == links["new@example.org"]
    assert now["sil@example.org"] != links["sil@example.org"]
    assert ChangeLog.objects.filter(action="invite again").count() == 1
    clock_at(NOON + timedelta(days=1, minutes=1))
    assert "2 invitations sent again." in desk.post(here, follow=True).text


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


def test_a_store_with_a_packer_alone_has_no_owner_who_signs_in(desk):
    festival = make.festival(state="draft")
    for name, role in (("Packing Looms", "packer"), ("Open Kilns", "owner")):
        make.member(part(festival, name).merchant, role=role)
    gone = make.member(part(festival, "Left Looms").merchant)
    gone.is_active = False
    gone.save()
    part(festival, "Declined Dyes", "declined")
    board = f"/organize/festivals/{festival.pk}/"

    page = desk.get(board).text
    assert "2 stores have no owner who signs in." in page
    led = f"{board}stores/?people=none"
    assert f'href="{led}">Clear it' in page
    listed = desk.get(led).text
    assert [name in listed for name in ("Packing Looms", "Left Looms")] == [True, True]
    assert [name in listed for name in ("Open Kilns", "Declined Dyes")] == [False, False]
    assert "No owner is invited for Left Looms, Packing Looms." in (
        desk.get(f"{board}stores/remind/").text
    )


def test_findings_of_accounts_and_images_lead_to_just_these(desk):
    festival = make.festival(state="draft")
    paid, poor = part(festival, "Paid Looms").merchant, part(festival, "Poor Kilns").merchant
    part(festival, "Asked Dyes", "invited")
    PayoutMethod.objects.create(
        merchant=paid, way="global", state="ready", rail="bank", country="KE", sealed=b"",
        added_at=BEFORE, key=uuid4(),
    )  # fmt: skip
    bare, shown = make.product(of=poor, title="Bare bowl"), make.product(of=poor, title="Seen pot")
    make.shown_picture(shown)
    make.product(of=poor, title="Elsewhere")
    for product in (bare, shown):
        Participation.objects.create(festival=festival, product=product)
    board = f"/organize/festivals/{festival.pk}/"

    page = desk.get(board).text
    accounts = f"{board}stores/?account=none"
    assert f'href="{accounts}">Clear it' in page
    listed = desk.get(accounts).text
    assert "Poor Kilns" in listed
    assert "Paid Looms" not in listed
    assert "Asked Dyes" not in listed
    images = f"/organize/desk_products/?festival={festival.pk}&image=none"
    assert f'href="{escape(images)}">Clear it' in page
    assert list(desk.get(images).context["object_list"]) == [bare]
