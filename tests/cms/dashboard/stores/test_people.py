"""People of a store are invited by mail: one link, once, for three days."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from cms.dashboard.stores.spreadsheet import open_all
from shop.core.spreadsheets.tables import SheetCells
from shop.festivals.models import ChangeLog
from shop.merchant.dashboard.people import invite
from shop.people.accounts import invitations
from shop.people.accounts.invitations import NotValid
from shop.people.accounts.models import User
from shop.people.merchants.models import StoreInvitation
from tests import make
from tests.cms.dashboard.people import BEFORE, organizer
from tests.queue import run_queued_work
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
GONE = "This invitation was used, was taken back or has expired."
WORDS = {"name": "Folake Ade", "password": "a-long-word-of-hers"}
FOLAKE = "folake@example.org"


@pytest.fixture
def store():
    return make.merchant(name="Amani Kettles", slug="amani-kettles")


def at(store, end=""):
    return f"/organize/stores/{store.pk}/{end}"


def asked(desk, store, email=FOLAKE, language="en", **more):
    facts = {"email": email, "language": language, "role": "owner"} | more
    return desk.post(at(store, "invite/"), facts, follow=True).text


def link_of_mail():
    run_queued_work()
    return re.search(r"https?://[^/\s]+(/\S*account/store/\S+/)", mail.outbox[-1].body)[1]


def members(store):
    return list(store.memberships.order_by("pk").values_list("user__email", "role"))


def test_somebody_without_an_account_is_invited_in_french_and_works_for_the_store(desk, store):
    assert f"{FOLAKE} is invited by mail, for 7 days." in asked(
        desk, store, "Folake@Example.org", "fr"
    )
    link = link_of_mail()
    letter = mail.outbox[-1]
    assert (letter.to, letter.subject) == (
        [FOLAKE], "Invitation à travailler pour la boutique Amani Kettles",
    )  # fmt: skip
    assert link.startswith("/fr/account/store/")
    visitor = Client()
    page = visitor.get(link)
    assert "Rejoindre la boutique Amani Kettles" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"

    answer = visitor.post(link, WORDS)

    assert answer.headers["Location"] == "/fr/merchant/amani-kettles/"
    user = User.objects.get(email=FOLAKE)
    assert (user.name, user.language, user.is_superuser) == ("Folake Ade", "fr", False)
    assert EmailAddress.objects.get(user=user).verified
    assert members(store) == [(FOLAKE, "owner")]
    assert visitor.get(answer.headers["Location"]).status_code == 200
    assert "store got a member (folake@example.org)" in desk.get(at(store)).text


def test_somebody_with_an_account_signs_in_and_joins(desk, store):
    known = make.user(FOLAKE)
    asked(desk, store, role="manager")
    link = link_of_mail()
    visitor = Client()
    assert "Sign in with it to join." in visitor.get(link).text
    visitor.post(link, WORDS)
    assert members(store) == []
    visitor.force_login(known)
    assert "You are invited to work for Amani Kettles" in visitor.get(link).text

    answer = visitor.post(link)

    assert answer.headers["Location"] == "/merchant/amani-kettles/"
    assert members(store) == [(FOLAKE, "manager")]


def test_a_link_into_a_store_is_of_no_use_to_another_account(desk, store):
    asked(desk, store)
    link = link_of_mail()
    eve = make.user("eve@example.org")
    other = Client()
    other.force_login(eve)

    assert "You are signed in as eve@example.org." in other.get(link).text
    other.post(link)
    # The page refuses before it asks; two who press at once meet the use case alone.
    with pytest.raises(NotValid):
        invite.accept(link.rstrip("/").rpartition("/")[2], eve, at=BEFORE)

    assert members(store) == []
    assert StoreInvitation.objects.get().is_open


def test_a_link_works_once_and_for_seven_days(desk, store, clock_at):
    asked(desk, store)
    link = link_of_mail()
    assert Client().post(link, WORDS).status_code == 302
    assert GONE in Client().get(link).text
    asked(desk, store, "late@example.org")
    link = link_of_mail()

    clock_at(StoreInvitation.objects.latest("pk").expires_at)

    answer = Client().post(link, WORDS)
    assert (answer.status_code, GONE in answer.text) == (404, True)
    assert "expired" in desk.get(at(store)).text
    assert members(store) == [(FOLAKE, "owner")]


def test_a_link_of_a_store_opens_no_other_invitation(desk, store):
    asked(desk, store)
    token = link_of_mail().split("/")[-2]

    assert Client().get(f"/account/invitation/{token}/").status_code == 404
    assert token not in str(StoreInvitation.objects.values().get())


def test_an_invitation_is_sent_again_or_taken_back(desk, store):
    asked(desk, store)
    first, pk = link_of_mail(), StoreInvitation.objects.get().pk
    desk.post(at(store, f"invitations/{pk}/again/"))
    second = link_of_mail()
    assert [Client().get(link).status_code for link in (first, second)] == [404, 200]

    page = desk.post(at(store, f"invitations/{pk}/take-back/"), follow=True).text

    assert "opens nothing any more" in page
    assert Client().post(second, WORDS).status_code == 404
    assert "is invited by mail" in asked(desk, store)  # and may be invited anew


def test_an_address_is_invited_once_at_a_time_and_no_member_is(desk, store):
    make.member(store, "kofi@example.org")
    asked(desk, store)

    assert "is invited already. Send the invitation again" in asked(desk, store, FOLAKE.upper())
    assert "kofi@example.org works for this store already." in asked(
        desk, store, "kofi@example.org"
    )
    assert StoreInvitation.objects.count() == 1
    other = make.merchant()
    assert "is invited by mail" in asked(desk, other)  # by another store, all the same


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_one_makes_a_member():
    store, user = make.merchant(), make.user(FOLAKE)
    made = invite.invite(store, FOLAKE, language="en", at=BEFORE, by=organizer())

    with open_transaction(lambda: invite.accept(made.token, user, at=BEFORE)):
        beside = Beside(lambda: invite.accept(made.token, user, at=BEFORE))
        assert beside.waits()

    assert isinstance(beside.result(), NotValid)
    assert members(store) == [(FOLAKE, "owner")]


def test_a_member_leaves_and_is_told(desk, store):
    user = make.member(store, FOLAKE)
    user.language = "fr"
    user.save()
    pk = store.memberships.get().pk
    worker = Client()
    worker.force_login(user)
    assert "Nobody is left then" in desk.get(at(store, f"people/{pk}/leave/")).text

    desk.post(at(store, f"people/{pk}/leave/"))

    assert members(store) == []
    assert worker.get("/fr/merchant/amani-kettles/").status_code == 404
    run_queued_work()
    assert mail.outbox[-1].subject == "Vous ne travaillez plus pour la boutique Amani Kettles"
    assert "Nobody works for this store yet" in desk.get(at(store)).text


def test_a_member_gets_another_role_and_is_told(desk, store):
    make.member(store, "ama@example.org")
    make.member(store, FOLAKE, role="packer")
    pk = store.memberships.get(user__email=FOLAKE).pk
    where = at(store, f"people/{pk}/role/")
    assert "is packer by now" in desk.get(where).text

    desk.post(where, {"role": "accountant"})

    assert members(store) == [("ama@example.org", "owner"), (FOLAKE, "accountant")]
    line = ChangeLog.objects.get(subject="merchant", action="change role")
    assert line.after == {"email": FOLAKE, "role": "accountant", "was": "packer"}
    run_queued_work()
    letter = mail.outbox[-1]
    assert letter.to == [FOLAKE]
    assert "your role is now: Accountant" in letter.body
    assert "- See payouts and statements" in letter.body
    assert "It is so already." in desk.post(where, {"role": "accountant"}, follow=True).text


def test_the_last_owner_keeps_the_role(desk, store):
    make.member(store, FOLAKE)
    pk = store.memberships.get().pk

    said = desk.post(at(store, f"people/{pk}/role/"), {"role": "packer"}, follow=True).text

    assert "A store keeps one owner." in said
    assert members(store) == [(FOLAKE, "owner")]


def test_a_person_of_another_store_is_not_found_here(desk, store):
    other = make.merchant()
    make.member(other, FOLAKE)
    pk = other.memberships.get().pk

    assert desk.post(at(store, f"people/{pk}/leave/")).status_code == 404

    assert members(other) == [(FOLAKE, "owner")]


@pytest.mark.parametrize("group", ["reviewer", "analyst"])
def test_addresses_of_people_are_shown_to_organizers_alone(client, clock_at, store, group):
    clock_at(BEFORE)
    make.member(store, FOLAKE)
    client.force_login(organizer(group))

    page = client.get(at(store)).text

    assert "Amani Kettles" in page
    assert FOLAKE not in page
    assert "suspend/" not in page


def test_one_organizer_invites_so_many_people_of_stores_a_day(desk, store, monkeypatch):
    monkeypatch.setattr(invitations, "INVITED_A_DAY", 2)
    user = User.objects.get(pk=desk.session["_auth_user_id"])
    make.origin("KE")
    shop = {"kind": "goods", "country": "KE", "city": "Town", "commission": "10"}
    rows = [
        SheetCells(n, shop | {"name": f"Shop {n}", "email": f"o{n}@example.org"}) for n in range(3)
    ]
    assert open_all(rows, at=BEFORE, by=user) == 3  # owners of new stores do not count

    said = [asked(desk, store, f"{name}@example.org") for name in ("ama", "ben", "cho")]

    assert "ben@example.org is invited by mail" in said[1]
    assert "You have invited 2 people within a day. Another organizer can invite" in said[2]
    assert store.invitations.count() == 2
    assert open_all([SheetCells(9, rows[0].cells | {"name": "Shop 9"})], at=BEFORE, by=user) == 1
    owner = make.member(store)
    for name in ("cho", "dan", "efe"):
        invite.invite(store, f"{name}@example.org", language="en", at=BEFORE, by=owner)
