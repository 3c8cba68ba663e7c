"""Organizers demand a second step of members of stores; the desk then asks for it."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult

from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog
from shop.merchant.dashboard import second_step, tasks
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.merchant.dashboard.desk import ADDRESSES
from tests.shop.people.accounts.people import is_in, sign_in, signed_in, turn_on_codes

pytestmark = pytest.mark.django_db
PAGES = [pattern for pattern, methods in ADDRESSES if "get" in methods.split()]
WHY = "Members of stores sign in with a second step."
SCREEN = "/organize/sign-in/"


def demand(is_needed=True):
    return second_step.demand(is_needed, at=NOON, by=None)


def queued():
    ours = DBTaskResult.objects.filter(task_path__startswith="shop.workspace.tasks")
    return [path.rpartition(".")[2] for path in ours.values_list("task_path", flat=True)]


def test_every_page_of_the_desk_leads_to_the_second_step_once_it_is_demanded(client, desk):
    demand()

    for pattern in PAGES:
        assert client.get(desk.address(pattern)).url == "/account/2fa/", pattern

    assert WHY in client.get("/account/2fa/").text
    sent = client.post(desk.address("{store}/profile/"), {"tagline": "Taken over"})
    assert sent.url == "/account/2fa/"
    desk.merchant.refresh_from_db()
    assert desk.merchant.tagline != "Taken over"


def test_to_strangers_there_is_still_no_such_page(client, desk):
    demand()
    client.force_login(make.user())

    assert client.get(desk.address("{store}/orders/")).status_code == 404


def test_a_member_turns_it_on_and_is_led_back_to_the_desk(desk):
    demand()
    browser = signed_in(desk.member)
    page = desk.address("{store}/orders/")
    browser.get(page)

    turn_on_codes(browser)

    assert f'href="{page}">Go on' in browser.get("/account/2fa/recovery-codes/").text
    assert browser.get(page).status_code == 200


def test_a_session_of_a_member_that_did_not_take_the_step_is_led_to_it(client, desk):
    demand()
    TOTP.activate(desk.member, generate_totp_secret())

    led = client.get(desk.address("{store}/orders/"))

    assert led.url.startswith("/account/2fa/reauthenticate/?next=%2Fmerchant%2F")


def test_what_is_demanded_no_more_keeps_nobody_out(client, desk):
    demand()
    demand(False)

    assert client.get(desk.address("{store}/orders/")).status_code == 200


def test_members_who_lack_it_are_told_once_in_their_language(desk):
    both = make.member(desk.merchant)
    make.merchant().memberships.create(user=both, role="owner", joined_at=NOON)
    ready = make.member(desk.merchant)
    TOTP.activate(ready, generate_totp_secret())

    assert demand() is True
    assert demand() is False
    assert queued() == ["send_demanded"] * 3
    desk.member.language = "fr"
    desk.member.save()
    for user in (desk.member, ready):
        tasks.send_demanded.func(user.pk)

    [letter] = mail.outbox
    assert letter.to == [desk.member.email]
    assert letter.subject == "Activez la connexion en deux étapes pour votre boutique"
    assert "http://127.0.0.1:8000/account/2fa/" in letter.body
    demand(False)
    tasks.send_demanded.func(both.pk)
    assert len(mail.outbox) == 1


def test_an_organizer_demands_it_and_sees_who_lacks_it(client, desk, clock_at):
    clock_at(NOON)
    ready = make.member(desk.merchant)
    TOTP.activate(ready, generate_totp_secret())
    client.force_login(organizer())
    page = client.get(SCREEN).text
    assert "2 of 3 have no second step; they stand first." in page
    assert page.index(desk.member.email) < page.index(ready.email)
    assert "Nothing yet: a second step is left to members." in page

    client.post(SCREEN, {"members_need_second_step": "on"})

    assert second_step.is_demanded()
    assert "a second step is demanded of members of stores" in client.get(SCREEN).text
    client.post(SCREEN, {"members_need_second_step": "on"})
    assert ChangeLog.objects.filter(subject="signinrules").count() == 1
    client.post(SCREEN, {})
    assert not second_step.is_demanded()
    assert "a second step is left to members of stores" in client.get(SCREEN).text


def test_a_member_who_lost_it_all_is_freed_by_an_organizer_and_told(client, desk, clock_at):
    clock_at(NOON)
    browser = signed_in(desk.member)
    turn_on_codes(browser)
    here = f"{SCREEN}{desk.member.pk}/free/"
    client.force_login(organizer())
    assert "Call the store first" in client.get(here).text
    assert client.post(here, {"reason": ""}).status_code == 422
    assert Authenticator.objects.filter(user=desk.member).exists()

    answer = client.post(here, {"reason": "Called back, phone stolen"}, follow=True)

    assert f"The second step of {desk.member.email} is off" in answer.text
    assert "was turned off: Called back, phone stolen" in answer.text
    assert not Authenticator.objects.filter(user=desk.member).exists()
    assert not is_in(browser)
    assert sign_in(Client(), desk.member.email).url == "/account/"
    tasks.send_freed.func(desk.member.pk, NOON.isoformat())
    assert "on 12 May 2027 at 15:00 (East Africa Time)" in mail.outbox[-1].body
    again = client.post(here, {"reason": "Again"}, follow=True)
    assert "has no second step." in again.text
    assert ChangeLog.objects.filter(action="free").count() == 1


def test_an_organizer_frees_no_organizer_and_no_shopper(client, desk):
    ada, shopper = organizer(), make.user()
    desk.merchant.memberships.create(user=ada, role="owner", joined_at=NOON)
    for user in (ada, shopper):
        TOTP.activate(user, generate_totp_secret())
    client.force_login(organizer())

    refused = client.post(f"{SCREEN}{ada.pk}/free/", {"reason": "x"})
    missing = client.post(f"{SCREEN}{shopper.pk}/free/", {"reason": "x"})

    assert (refused.status_code, missing.status_code) == (422, 404)
    assert "The operator frees others." in refused.text
    with pytest.raises(NotPossible):
        second_step.free(shopper, reason="x", at=NOON, by=ada)
    assert Authenticator.objects.count() == 2


def test_the_operator_frees_whoever_no_desk_can(capsys):
    ada = organizer()
    browser = Client()
    browser.force_login(ada)
    TOTP.activate(ada, generate_totp_secret())

    call_command("turn_off_second_step", ada.email)

    assert not Authenticator.objects.exists()
    assert not is_in(browser)
    for email, why in ((ada.email, "has no second step"), ("x@example.org", "Nobody signs in")):
        with pytest.raises(CommandError, match=why):
            call_command("turn_off_second_step", email)


def test_the_operator_closes_the_account_of_a_superuser_who_left():
    ada = organizer()
    ada.is_superuser = True
    ada.save()
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    browser.force_login(ada)

    call_command("close_account", ada.email)

    assert not is_in(browser)
    sign_in(browser, ada.email)
    assert not is_in(browser)
    with pytest.raises(CommandError, match="is closed already"):
        call_command("close_account", ada.email)
    call_command("close_account", ada.email, "--open")
    sign_in(browser, ada.email)
    assert is_in(browser)
    for arguments, why in ((["--open", ada.email], "open already"), (["x@y.org"], "Nobody")):
        with pytest.raises(CommandError, match=why):
            call_command("close_account", *arguments)
