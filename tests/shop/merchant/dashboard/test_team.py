"""A store's owners keep its people: invited in a role, changed, reminded, taken off."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from shop.festivals.models import ChangeLog
from shop.merchant.dashboard.people import roles
from shop.merchant.dashboard.people.roles import (
    LastOwner,
    OwnRole,
    change_role,
    end_memberships,
    leave,
)
from shop.merchant.dashboard.people.team import MOST_A_DAY, MOST_OPEN
from shop.people.merchants.models import Membership, StoreInvitation
from shop.people.merchants.roles import Position
from shop.storefront.listings import publish
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
KOFI = "kofi@example.org"
DAY = timedelta(days=1)
WORDS = {"name": "Kofi", "password": "rope-and-3-tins"}


@pytest.fixture
def store():
    return make.merchant(name="Amani Kettles", slug="amani", country="KE")


@pytest.fixture
def ama(store):
    return make.member(store, "ama@example.org")


@pytest.fixture
def desk(client, clock_at, ama):
    clock_at(NOON)
    client.force_login(ama)
    return client


def where(end=""):
    return f"/merchant/amani/team/{end}"


def invited(desk, email=KOFI, **more):
    facts = {"email": email, "role": "packer", "language": "fr"} | more
    return desk.post(where(), facts, follow=True).text


def one(store, email=KOFI):
    return Membership.objects.get(merchant=store, user__email=email)


def test_an_owner_invites_a_packer_who_joins_as_that(desk, store):
    assert "kofi@example.org is invited by mail." in invited(desk)

    run_queued_work()
    letter = mail.outbox[-1]
    assert letter.to == [KOFI]
    assert "Amani Kettles" in letter.subject
    waiting = StoreInvitation.objects.get()
    assert waiting.expires_at - waiting.sent_at == 7 * DAY
    assert KOFI in desk.get(where()).text
    visitor = Client()
    visitor.post(
        f"/account/store/{waiting.token}/", {"name": "Kofi", "password": "rope-and-3-tins"}
    )

    assert one(store).role == "packer"
    assert visitor.get("/fr/merchant/amani/orders/").status_code == 200
    assert visitor.get("/fr/merchant/amani/money/").status_code == 403


def test_who_comes_for_a_time_goes_when_it_is_over_and_is_told(desk, store, clock_at):
    invited(desk, last_day="2027-05-20")
    token = StoreInvitation.objects.get().token
    visitor = Client()
    visitor.post(f"/account/store/{token}/", WORDS)
    member = one(store)
    assert member.until.isoformat() == "2027-05-20T21:00:00+00:00"  # midnight in Nairobi
    assert "until 20 May 2027" in desk.get(where()).text
    clock_at(member.until - timedelta(seconds=1))
    assert visitor.get("/fr/merchant/amani/").status_code == 200

    clock_at(member.until)  # before the beat has come by

    assert visitor.get("/fr/merchant/amani/").status_code == 404
    assert end_memberships(at=member.until) == 1
    assert end_memberships(at=member.until) == 0
    assert not Membership.objects.filter(pk=member.pk).exists()
    run_queued_work()
    assert mail.outbox[-1].to == [KOFI]
    assert ChangeLog.objects.filter(action="member left").get().by is None


def test_an_invitation_does_not_outlive_the_work_that_it_offers(desk, clock_at):
    invited(desk, last_day="2027-05-13")
    found = StoreInvitation.objects.get()
    assert found.expires_at == found.until
    clock_at(found.until)

    answer = Client().post(f"/account/store/{found.token}/", WORDS)

    assert answer.status_code == 404
    again = desk.post(where(f"invited/{found.pk}/"), {"do": "again"}, follow=True)
    assert "Its last day is over." in again.text


def test_who_is_taken_off_leaves_no_open_door(desk, store, ama):
    invited(desk, "second@example.org", role="owner")
    kofi = make.member(store, KOFI)

    leave(one(store, ama.email), at=NOON, by=kofi, keeps_owner=True)

    assert StoreInvitation.objects.get().taken_back_at == NOON


def test_so_many_are_invited_a_day_also_where_invitations_are_taken_back(desk):
    for number in range(MOST_A_DAY):
        invited(desk, f"kofi{number}@example.org")
        StoreInvitation.objects.update(taken_back_at=NOON)

    assert "Too many invitations today." in invited(desk, "one-more@example.org")


def test_who_is_given_more_time_in_the_last_moment_stays(store):
    make.member(store, KOFI, role="packer", until=NOON)
    member = one(store)
    Membership.objects.filter(pk=member.pk).update(until=NOON + DAY)

    with pytest.raises(roles.NotPossible, match="more time"):
        leave(member, at=NOON, by=None, keeps_owner=True)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"last_day": "2027-05-01"}, "Choose a day from today on"),
        ({"last_day": "2099-05-01"}, "Choose a day from today on"),
        ({"last_day": "2027-06-01", "role": "owner"}, "An owner stays until another owner"),
        ({"role": "boss"}, "Select a valid choice"),
        ({"email": "nobody"}, "Enter a valid email address"),
        ({"email": "ama@example.org"}, "works for this store already"),
    ],
)
def test_what_is_wrong_invites_nobody_and_says_why(desk, facts, said):
    assert said in invited(desk, **facts)

    assert not StoreInvitation.objects.exists()


def test_so_many_invitations_wait_and_no_more(desk):
    for number in range(MOST_OPEN):
        invited(desk, f"kofi{number}@example.org")

    assert "Too many invitations wait." in invited(desk, "one-more@example.org")
    assert StoreInvitation.objects.count() == MOST_OPEN


def test_an_invitation_is_sent_again_after_a_while_and_taken_back(desk, clock_at):
    invited(desk)
    found = StoreInvitation.objects.get()
    again = where(f"invited/{found.pk}/")
    assert "sent a moment ago" in desk.post(again, {"do": "again"}, follow=True).text
    clock_at(NOON + timedelta(minutes=11))

    assert "Sent again" in desk.post(again, {"do": "again"}, follow=True).text
    found.refresh_from_db()
    assert found.sent_at >= NOON + timedelta(minutes=11)
    assert "taken back" in desk.post(again, {"do": "take-back"}, follow=True).text
    assert desk.post(again, {"do": "again"}).status_code == 404


def test_a_role_changes_at_once_and_they_are_told_in_their_language(desk, store):
    kofi = make.member(store, KOFI, role="packer")
    kofi.language = "fr"
    kofi.save()
    theirs = Client()
    theirs.force_login(kofi)
    assert theirs.get("/fr/merchant/amani/festivals/").status_code == 403

    page = desk.post(where(f"{one(store).pk}/"), {"do": "role", "role": "manager"}, follow=True)

    assert "is told by mail" in page.text
    assert theirs.get("/fr/merchant/amani/festivals/").status_code == 200
    run_queued_work()
    assert mail.outbox[-1].to == [KOFI]
    assert "Amani Kettles" in mail.outbox[-1].subject
    assert "Changer les prix" in mail.outbox[-1].body
    line = ChangeLog.objects.get(action="change role")
    assert (line.by.email, line.after["was"]) == ("ama@example.org", "packer")


def test_nobody_changes_the_own_role_or_takes_themselves_off_there(desk, store, ama):
    make.member(store, KOFI)
    mine = where(f"{one(store, ama.email).pk}/")

    assert "Another owner has to change your role." in desk.get(mine).text
    for body in ({"do": "role", "role": "packer"}, {"do": "off"}):
        assert "Another owner has to change your role." in desk.post(mine, body, follow=True).text

    assert one(store, ama.email).role == "owner"


def test_the_last_owner_stays_owner_and_does_not_leave(desk, store, ama):
    make.member(store, KOFI, role="manager")

    said = desk.post(where("leave/now/"), follow=True).text

    assert "A store keeps one owner." in said
    assert one(store, ama.email).role == "owner"


def test_an_owner_who_can_no_longer_sign_in_is_none(store, ama):
    gone = make.member(store, KOFI)
    gone.is_active = False
    gone.save()

    with pytest.raises(LastOwner):
        leave(one(store, ama.email), at=NOON, by=ama, keeps_owner=True)


def test_whoever_wants_to_leaves(desk, store):
    kofi = make.member(store, KOFI, role="editor")
    theirs = Client()
    theirs.force_login(kofi)
    assert "Leave this store" in theirs.get(where()).text
    assert "an owner has to invite you" in theirs.get(where("leave/")).text

    theirs.post(where("leave/now/"))

    assert theirs.get("/merchant/amani/").status_code == 404
    run_queued_work()
    assert mail.outbox == []  # they know


def test_somebody_is_taken_off_and_told(desk, store):
    make.member(store, KOFI, role="packer")

    said = desk.post(where(f"{one(store).pk}/"), {"do": "off"}, follow=True).text

    assert "does not work here any more" in said
    run_queued_work()
    assert "You were taken off the members of Amani Kettles" in mail.outbox[-1].body


def test_a_person_of_another_store_is_not_found(desk, store):
    make.member(make.merchant(), KOFI, role="packer")
    other = Membership.objects.get(user__email=KOFI)

    assert desk.get(where(f"{other.pk}/")).status_code == 404
    assert desk.post(where(f"{other.pk}/"), {"do": "off"}).status_code == 404


def test_who_lacks_the_second_step_is_reminded_once_a_day(desk, store, ama, clock_at):
    kofi = make.member(store, KOFI, role="packer")
    his = where(f"{one(store).pk}/")
    assert "reminded by mail" in desk.post(his, {"do": "remind"}, follow=True).text
    assert "reminded today already" in desk.post(his, {"do": "remind"}, follow=True).text
    run_queued_work()
    assert [letter.to for letter in mail.outbox] == [[KOFI]]
    clock_at(NOON + DAY + timedelta(minutes=5))
    assert "reminded by mail" in desk.post(his, {"do": "remind"}, follow=True).text

    Authenticator.objects.create(user=kofi, type="totp", data={})
    clock_at(NOON + 2 * DAY)

    assert "The second step is on" in desk.post(his, {"do": "remind"}, follow=True).text


def test_others_see_names_and_roles_but_no_address_and_no_button(desk, store):
    packer = make.member(store, KOFI, role="packer")
    desk.force_login(packer)

    page = desk.get(where()).text

    assert "ama@example.org" not in page
    assert "Invite a person" not in page
    assert "What each role may do" in page


def test_the_team_costs_the_same_however_many_they_are(desk, store, django_assert_num_queries):
    def statements(count):
        with django_assert_num_queries(count):
            desk.get(where())

    make.member(store, KOFI, role="packer")
    invited(desk, "one@example.org")
    statements(6)
    for number in range(10):
        make.member(store, f"more{number}@example.org", role="editor")
        invited(desk, f"wait{number}@example.org")

    statements(6)


def test_owners_read_what_was_done_and_by_whom(desk, store, ama):
    product = make.draft(store, title="Blue kettle")
    make.shown_picture(product)
    publish.submit(product, at=NOON, by=ama)
    invited(desk)
    other = make.draft(make.merchant(), title="Of another store")
    make.shown_picture(other)
    publish.submit(other, at=NOON, by=make.user())

    page = desk.get(where()).text

    assert "ama sent Blue kettle for review" in page
    assert "ama invited kofi@example.org" in page
    whole = desk.get(where("done/")).text
    assert "ama sent Blue kettle for review" in whole
    assert "Of another store" not in whole
    ChangeLog.objects.update(at=NOON - 91 * DAY)
    assert "Nothing yet." in desk.get(where("done/")).text


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_take_each_other_off_one_stays():
    store = make.merchant()
    ama, kofi = make.member(store, "ama@example.org"), make.member(store, KOFI)
    first, second = (one(store, who.email) for who in (ama, kofi))

    with open_transaction(lambda: leave(second, at=NOON, by=ama, keeps_owner=True)):
        beside = Beside(lambda: leave(first, at=NOON, by=kofi, keeps_owner=True))
        assert beside.waits()

    assert isinstance(beside.result(), LastOwner)
    assert store.memberships.get().user == ama


def test_an_owner_has_no_last_day(store, ama):
    member = make.member(store, KOFI, role="packer")

    with pytest.raises(roles.NotPossible, match="An owner stays"):
        change_role(one(store), Position("owner", NOON + DAY), at=NOON, by=ama)
    with pytest.raises(OwnRole):
        change_role(one(store), Position("owner"), at=NOON, by=member)
