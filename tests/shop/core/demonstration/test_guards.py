"""No stranger keeps others out of the accounts that all share, nor reaches anything outside."""

import re

import pytest
from allauth.mfa.models import Authenticator

from cms.colleagues import roles
from shop.core.demonstration.guards import Shared
from shop.core.errors import NotPossible
from shop.core.mail import outbox
from shop.merchant.dashboard import second_step
from shop.merchant.dashboard.people import roles as people
from shop.merchant.imports import fetch
from shop.operations.retention.erase import erase_account
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Position
from tests import make
from tests.cms.dashboard.people import grant, organizer
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.people.accounts.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
NEW = {"oldpassword": PASSWORD, "password1": "quite another one"}
SENTENCE = "Everybody signs in to this account"


@pytest.fixture
def merchant(public):
    return make.user("merchant@example.org")


@pytest.fixture
def stranger(public):
    return make.user("visitor-1234@visitor.example")


def test_the_password_of_a_shared_account_stays(merchant):
    answer = signed_in(merchant).post("/account/password/change/", NEW)

    assert (answer.status_code, SENTENCE in answer.text) == (409, True)
    merchant.refresh_from_db()
    assert merchant.check_password(PASSWORD)


def test_the_password_of_ones_own_account_changes(stranger):
    assert signed_in(stranger).post("/account/password/change/", NEW).status_code == 302

    stranger.refresh_from_db()
    assert stranger.check_password(NEW["password1"])


def test_a_link_that_everybody_reads_sets_no_password_of_a_shared_account(client, merchant):
    client.post("/account/password/reset/", {"email": merchant.email})
    run_queued_work()
    [letter] = outbox.newest(1)
    led = client.get(re.search(r"/account/password/reset/key/\S+", letter.text)[0])

    answer = client.post(led.url, {"password1": "quite another one"})

    assert (answer.status_code, SENTENCE in answer.text) == (409, True)
    merchant.refresh_from_db()
    assert merchant.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/account/email/", {"email": "mine@visitor.example", "action_add": ""}),
        ("/account/password/set/", {"password1": "quite another one"}),
        ("/account/2fa/totp/activate/", {"code": "123456"}),
        ("/account/2fa/recovery-codes/generate/", {}),
        ("/account/2fa/webauthn/add/", {}),
        ("/account/sign-out-elsewhere/", {}),
        ("/account/erase/", {}),
    ],
)
@pytest.mark.parametrize("language", ["", "/fr"])
def test_how_people_sign_in_to_a_shared_account_stays(merchant, path, data, language):
    browser = signed_in(merchant)

    answer = browser.post(f"{language}{path}", data)

    assert answer.status_code == 409
    assert not Authenticator.objects.exists()
    assert browser.get(f"{language}/account/").status_code == 200


def test_mistyped_passwords_of_a_shared_account_keep_nobody_out(client, merchant, stranger):
    def tries(email):
        wrong = {"login": email, "password": "wrong"}
        texts = [client.post("/account/login/", wrong).text for _ in range(8)]
        return sum("Too many attempts" in text for text in texts)

    assert tries("Merchant@Example.org") == 0
    assert tries(stranger.email) > 0


def test_the_shared_colleagues_keep_their_roles_and_accounts(public):
    by, other = organizer(), make.user("reviewer@example.org")
    other.groups.add(grant("reviewer"))

    for change in (
        lambda: roles.change_role(other, "analyst", at=NOON, by=by),
        lambda: roles.take_role(other, at=NOON, by=by),
        lambda: roles.close_account(other, at=NOON, by=by),
    ):
        with pytest.raises(Shared):
            change()
    assert User.objects.get(pk=other.pk).is_active


def test_the_shared_people_of_a_store_stay_in_it(public):
    store = make.merchant()
    owner = make.member(store, "merchant@example.org")
    packer = make.member(store, "packer@example.org", role="packer")
    row = Membership.objects.get(user=packer)

    with pytest.raises(Shared):
        people.change_role(row, Position("owner", None), at=NOON, by=owner)
    with pytest.raises(Shared):
        people.leave(row, at=NOON, by=owner, keeps_owner=True)
    assert Membership.objects.filter(user=packer, role="packer").exists()


def test_a_shared_account_is_not_erased_by_anybody(merchant):
    with pytest.raises(Shared):
        erase_account(merchant, at=NOON)


def test_nobody_demands_a_second_step_that_shared_accounts_cannot_have(public):
    with pytest.raises(NotPossible):
        second_step.demand(True, at=NOON, by=organizer())
    assert not second_step.is_demanded()


def test_there_is_nobody_who_may_do_everything(stranger):
    with pytest.raises(NotPossible):
        User.objects.create_superuser("root@visitor.example", PASSWORD)
    stranger.is_superuser = True
    with pytest.raises(NotPossible):
        stranger.save()
    assert not User.objects.filter(is_superuser=True).exists()


def test_no_picture_is_fetched_from_an_address(public):
    def asked(host, port):
        raise AssertionError(host)

    with pytest.raises(fetch.Unfetchable, match="fetches nothing"):
        fetch.fetch("https://pictures.example/kettle.jpg", fetch.Ways(resolve=asked))


def test_outside_a_public_demonstration_all_that_is_as_ever(settings):
    user = make.user("merchant@example.org")

    assert signed_in(user).post("/account/password/change/", NEW).status_code == 302
    User.objects.create_superuser("root@example.org", PASSWORD)
