"""Colleagues are invited by mail: one link, once, for three days, and nobody learns of accounts."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django_tasks_db.models import DBTaskResult

from cms.colleagues.invite import accept, accept_anew, invite
from cms.colleagues.models import Invitation
from cms.colleagues.roles import colleagues, role_of
from shop.core.errors import NotPossible
from shop.core.keys.links import hash_of
from shop.festivals.models import ChangeLog
from shop.people.accounts import invitations
from shop.people.accounts.invitations import NotValid
from shop.people.accounts.models import User
from tests import make
from tests.cms.dashboard.people import BEFORE, GROUPS, grant
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
LIST = "/organize/colleagues/"
GONE = "This invitation was used, was taken back or has expired."
WORDS = {"name": "Ama Owusu", "password": "a-long-word-of-hers"}


@pytest.fixture(autouse=True)
def roles():
    for group in GROUPS:
        grant(group)


def asked(desk, email="ama@example.org", role="reviewer", language="en"):
    return desk.post(LIST, {"email": email, "role": role, "language": language}, follow=True).text


def link_of_mail():
    run_queued_work()
    return re.search(r"https?://[^/\s]+(/\S+/invitation/\S+/)", mail.outbox[-1].body)[1]


def test_somebody_without_an_account_is_invited_chooses_a_password_and_works(desk):
    page = asked(desk, "Ama@Example.org")
    assert "ama@example.org is invited by mail, for 3 days." in page
    link = link_of_mail()
    letter = mail.outbox[-1]
    assert letter.to == ["ama@example.org"]
    assert "as reviewer" in letter.body
    visitor = Client()
    assert (
        "You are invited as reviewer, with the address ama@example.org." in visitor.get(link).text
    )

    answer = visitor.post(link, WORDS)

    assert answer.headers["Location"] == "/organize/"
    user = User.objects.get(email="ama@example.org")
    assert (user.name, role_of(user), user.is_superuser) == ("Ama Owusu", "reviewer", False)
    assert EmailAddress.objects.get(user=user).verified
    assert visitor.get("/organize/").status_code == 200
    assert "accepted (reviewer)" in desk.get(LIST).text


def test_the_mail_and_its_page_are_in_the_chosen_language(desk):
    asked(desk, language="fr")

    link = link_of_mail()

    assert mail.outbox[-1].subject.startswith("Invitation à l’espace d’organisation")
    assert link.startswith("/fr/account/invitation/")
    assert "Vous êtes invité" in Client().get(link).text
    Client().post(link, WORDS)
    assert User.objects.get(email="ama@example.org").language == "fr"


def test_who_has_an_account_signs_in_with_it(desk):
    member = make.user("ama@example.org")
    asked(desk)
    link = link_of_mail()
    visitor = Client()

    page = visitor.get(link).text
    assert "There is an account with this address already." in page
    assert f"/account/login/?next={link}" in page
    visitor.post(link, WORDS)  # whoever has only the link gets nowhere
    assert role_of(member) == ""
    visitor.force_login(member)
    visitor.post(link)

    assert role_of(member) == "reviewer"
    assert member.check_password("baobab-tree")
    assert User.objects.filter(email="ama@example.org").count() == 1


def test_a_link_is_of_no_use_to_another_account(desk):
    asked(desk)
    link = link_of_mail()
    other = make.user("eve@example.org")
    visitor = Client()
    visitor.force_login(other)

    page = visitor.post(link, WORDS).text

    assert "You are signed in as eve@example.org." in page
    assert role_of(other) == ""
    with pytest.raises(NotValid):
        accept(link.split("/")[-2], other, at=BEFORE)
    assert not Invitation.objects.exclude(accepted_at=None).exists()


def test_an_organizer_learns_nothing_of_accounts(desk):
    make.user("known@example.org")
    closed = make.user("closed@example.org", is_active=False)

    pages = [asked(desk, email) for email in ("known@example.org", "new@example.org", closed.email)]

    said = [re.search(r"(\S+@\S+) is invited by mail, for 3 days", page) for page in pages]
    assert all(said)
    seen = Invitation.objects.values_list("role", "language", "accepted_at").distinct()
    assert len(seen) == 1


def test_a_link_works_once(desk):
    asked(desk)
    link = link_of_mail()
    Client().post(link, WORDS)

    for again in (
        Client().get(link),
        Client().post(link, WORDS | {"password": "another-word-now"}),
    ):
        assert again.status_code == 404
        assert GONE in again.text
    assert User.objects.get(email="ama@example.org").check_password(WORDS["password"])


@pytest.mark.parametrize(("early", "works"), [(timedelta(hours=1), True), (timedelta(), False)])
def test_a_link_lives_for_three_days(desk, clock_at, early, works):
    asked(desk)
    link, row = link_of_mail(), Invitation.objects.get()
    assert row.expires_at - row.sent_at == timedelta(hours=72)

    clock_at(row.expires_at - early)
    Client().post(link, WORDS)

    assert User.objects.filter(email="ama@example.org").exists() == works


def test_nobody_has_made_up_a_link():
    for token in ("x", "a" * 64, hash_of("a")):
        answer = Client().get(f"/account/invitation/{token}/")
        assert answer.status_code == 404
        assert GONE in answer.text


def test_neither_the_row_nor_the_queue_holds_the_secret_of_the_link(desk):
    asked(desk)
    token = link_of_mail().split("/")[-2]

    row = Invitation.objects.values().get()
    queued = [str(task.args_kwargs) for task in DBTaskResult.objects.all()]

    assert row["token_hash"] == hash_of(token)
    assert token not in str(row)
    assert not any(token in text for text in queued)


def test_an_invitation_is_sent_again_with_another_link(desk, clock_at):
    asked(desk)
    first = link_of_mail()
    clock_at(Invitation.objects.get().expires_at)
    assert "expired" in desk.get(LIST).text
    pk = Invitation.objects.get().pk

    page = desk.post(f"{LIST}invitations/{pk}/again/", follow=True).text

    assert "ama@example.org is invited again, for 3 days." in page
    second = link_of_mail()
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert "invitation sent again" in desk.get(LIST).text


def test_an_invitation_that_is_taken_back_opens_nothing(desk):
    asked(desk)
    link, pk = link_of_mail(), Invitation.objects.get().pk

    desk.post(f"{LIST}invitations/{pk}/take-back/")

    assert Client().post(link, WORDS).status_code == 404
    assert not User.objects.filter(email="ama@example.org").exists()
    assert "No invitation is open." in desk.get(LIST).text
    assert "is invited by mail" in asked(desk)  # and may be invited anew


def test_an_address_is_invited_once_at_a_time_and_no_colleague_is(desk):
    asked(desk)
    known = make.user("kofi@example.org")
    known.groups.add(grant("analyst"))

    assert "is invited already. Send the invitation again" in asked(desk, "AMA@example.org")
    assert "kofi@example.org works here already." in asked(desk, "kofi@example.org")
    assert Invitation.objects.count() == 1


def test_nobody_is_invited_to_more_than_the_four_roles(desk):
    page = asked(desk, role="superuser")

    assert "Select a valid choice" in page
    with pytest.raises(NotPossible):
        invite("ama@example.org", "superuser", language="en", at=BEFORE, by=make.user())
    assert not Invitation.objects.exists()


def test_a_weak_password_is_refused_and_the_link_still_works(desk):
    asked(desk)
    link = link_of_mail()

    answer = Client().post(link, WORDS | {"password": "short"})

    assert answer.status_code == 422
    assert not User.objects.filter(email="ama@example.org").exists()
    assert Client().get(link).status_code == 200


def test_an_account_that_was_made_meanwhile_is_not_taken_over(desk):
    asked(desk)
    token = link_of_mail().split("/")[-2]
    made = make.user("ama@example.org")

    with pytest.raises(NotValid):
        accept_anew(token, name="Eve", password="a-long-word-of-hers", at=BEFORE)

    made.refresh_from_db()
    assert made.check_password("baobab-tree")
    assert role_of(made) == ""


def test_what_is_done_about_invitations_is_logged(desk):
    asked(desk)
    link = link_of_mail()
    Client().post(link, WORDS)

    rows = ChangeLog.objects.filter(subject__in=("invitation", "user")).order_by("pk")
    assert [(row.action, row.by.email, row.after) for row in rows][-1] == (
        "accept", "ama@example.org", {"email": "ama@example.org", "role": "reviewer"},
    )  # fmt: skip
    assert rows[0].action == "invite"


def test_an_installation_begins_with_one_account_that_invites_the_first_organizer(clock_at):
    clock_at(BEFORE)
    first = User.objects.create_superuser("root@example.org", "a-long-word-of-theirs")
    desk = Client()
    desk.force_login(first)

    asked(desk, role="organizer")
    Client().post(link_of_mail(), WORDS)

    assert role_of(User.objects.get(email="ama@example.org")) == "organizer"
    assert [row.email for row in colleagues()] == ["ama@example.org"]


def test_one_organizer_invites_so_many_colleagues_a_day(desk, monkeypatch):
    monkeypatch.setattr(invitations, "INVITED_A_DAY", 2)
    user = User.objects.get(pk=desk.session["_auth_user_id"])
    invite("old@example.org", "analyst", language="en", at=BEFORE - timedelta(days=2), by=user)

    said = [asked(desk, f"{name}@example.org") for name in ("ama", "ben", "cho")]

    assert "You have invited 2 people within a day. Another organizer can invite" in said[2]
    assert not Invitation.objects.filter(email="cho@example.org").exists()
    invite("cho@example.org", "analyst", language="en", at=BEFORE, by=make.user())
    assert Invitation.objects.count() == 4
