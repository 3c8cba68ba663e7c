"""Roles are changed and taken away; the last organizer stays, and nobody rises above one."""

import pytest
from django.core import mail
from django.test import Client

from cms.colleagues import roles
from cms.colleagues.invite import invite
from cms.colleagues.models import Invitation
from cms.colleagues.roles import role_of
from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog
from shop.people.accounts.models import User
from tests import make
from tests.cms.dashboard.people import BEFORE, organizer
from tests.queue import run_queued_work
from tests.stepping import Beside, open_transaction

LIST = "/organize/colleagues/"
at_once = pytest.mark.django_db(transaction=True)
pytestmark = pytest.mark.django_db


def act(desk, user, name, **facts):
    return desk.post(f"{LIST}{user.pk}/{name}/", facts, follow=True).text


def test_a_role_is_changed_and_the_person_told(desk):
    ama = organizer("analyst")
    organizer("reviewer")

    page = act(desk, ama, "role", role="reviewer")

    assert f"{ama.email} is reviewer now, and is told by mail." in page
    assert [group.name for group in ama.groups.all()] == ["reviewer"]
    run_queued_work()
    assert "another role: reviewer" in mail.outbox[-1].body
    assert "another role (analyst before, reviewer now)" in desk.get(LIST).text


def test_a_role_is_taken_away_and_the_desk_is_closed(desk):
    ama = organizer("reviewer")
    theirs = Client()
    theirs.force_login(ama)

    act(desk, ama, "dismiss")

    assert role_of(ama) == ""
    assert theirs.get("/organize/festivals/", follow=True).status_code == 404
    assert User.objects.get(pk=ama.pk).is_active
    run_queued_work()
    assert "has taken your role at the desk away" in mail.outbox[-1].body


def test_an_account_is_closed_at_once_and_opened_again(desk):
    ama = organizer("reviewer")
    theirs = Client()
    theirs.force_login(ama)
    assert theirs.get("/organize/festivals/").status_code == 200

    act(desk, ama, "close")

    assert "/login/" in theirs.get("/organize/festivals/", follow=True).redirect_chain[-1][0]
    assert "account closed" in desk.get(LIST).text
    act(desk, ama, "open")
    theirs.force_login(ama)
    assert theirs.get("/organize/festivals/").status_code == 200
    run_queued_work()
    assert "opened your account again" in mail.outbox[-1].body


@pytest.mark.parametrize("name", ["dismiss", "role"])
def test_the_last_organizer_stays(client, clock_at, name):
    clock_at(BEFORE)
    last = organizer()
    closed = organizer()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    organizer("analyst")
    client.force_login(last)

    page = act(client, last, name, role="analyst")

    assert "is the last organizer." in page
    assert role_of(last) == "organizer"
    act(client, organizer(), "role", role="analyst")  # of two, one may go
    assert User.objects.filter(groups__name="organizer", is_active=True).get() == last


def test_nobody_closes_their_own_account(client, clock_at):
    clock_at(BEFORE)
    me = organizer()
    organizer()
    client.force_login(me)

    page = act(client, me, "close")

    assert "Nobody closes their own account" in page
    assert User.objects.get(pk=me.pk).is_active


@pytest.mark.parametrize("name", ["role", "dismiss", "close"])
def test_an_account_that_may_do_everything_is_nobodys_to_change(desk, name):
    root = organizer()
    User.objects.filter(pk=root.pk).update(is_superuser=True)

    page = act(desk, root, name, role="analyst")

    assert "Whoever runs the server decides" in page
    assert role_of(root) == "organizer"
    assert User.objects.get(pk=root.pk).is_active


def test_shoppers_and_members_are_not_there(desk):
    for stranger in (make.user(), make.member(make.merchant())):
        for name in ("role", "dismiss", "close", "open"):
            answer = desk.post(f"{LIST}{stranger.pk}/{name}/", {"role": "organizer"})
            assert answer.status_code == 404
        assert role_of(stranger) == ""


def test_no_role_above_an_organizer_is_given(desk):
    ama = organizer("reviewer")

    page = act(desk, ama, "role", role="superuser")

    assert "Select a valid choice" in page
    with pytest.raises(NotPossible):
        roles.change_role(ama, "superuser", at=BEFORE, by=make.user())
    assert role_of(ama) == "reviewer"
    assert not User.objects.get(pk=ama.pk).is_superuser


@pytest.mark.parametrize("name", ["role", "dismiss", "close"])
def test_invitations_of_who_may_invite_no_more_open_nothing(desk, name):
    leaving = organizer()
    organizer("analyst")
    invite("second@example.org", "organizer", language="en", at=BEFORE, by=leaving)
    invite("other@example.org", "analyst", language="en", at=BEFORE, by=organizer())

    act(desk, leaving, name, role="analyst")

    rows = Invitation.objects.filter(taken_back_at=None).values_list("email", flat=True)
    assert list(rows) == ["other@example.org"]


def test_a_change_that_is_refused_leaves_no_line(client, clock_at):
    clock_at(BEFORE)
    last = organizer()
    client.force_login(last)

    act(client, last, "dismiss")

    assert not ChangeLog.objects.filter(subject="user").exists()


@at_once
def test_of_two_organizers_who_dismiss_each_other_one_is_left():
    first, second = organizer(), organizer()

    with open_transaction(lambda: roles.take_role(second, at=BEFORE, by=first)):
        other = Beside(lambda: roles.take_role(first, at=BEFORE, by=second))
        assert other.waits()

    assert "is the last organizer" in str(other.result())
    assert User.objects.filter(groups__name="organizer").count() == 1
