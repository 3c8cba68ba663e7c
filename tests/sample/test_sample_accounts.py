import io

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from cms.roles import ROLES
from sample.accounts import ACCOUNTS, DESK, STORES, provide_accounts
from sample.management.commands import demo_accounts
from sample.reading import stores
from shop.people.accounts.models import User
from tests import make
from tests.sample.loaded import DAY_0

pytestmark = pytest.mark.django_db


def test_outside_a_demonstration_no_account_is_made(settings):
    settings.DEMO = False

    with pytest.raises(ImproperlyConfigured, match="DEMO=1"):
        provide_accounts(at=DAY_0)
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command(demo_accounts.Command())

    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()


def test_each_role_can_sign_in_with_what_is_printed(demo):
    said = io.StringIO()

    call_command(demo_accounts.Command(), stdout=said)

    rows = [line.split("\t") for line in said.getvalue().splitlines()]
    assert [row[0] for row in rows] == ["shopper", "merchant", "packer", "host", *DESK]
    for _role, email, password, path in rows:
        assert len(password) >= 10
        assert authenticate(None, email=email, password=password).email == email
        assert EmailAddress.objects.get(email=email).verified
        assert path.startswith("/")


def test_nobody_may_do_everything_and_each_has_the_group_of_the_role(demo):
    users = provide_accounts(at=DAY_0)

    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.filter(is_staff=True).exists()
    groups = {role: {group.name for group in user.groups.all()} for role, user in users.items()}
    assert groups == {role: {DESK[role]} if role in DESK else set() for role in users}
    assert set(DESK.values()) == set(ROLES)


def test_an_organizer_of_an_older_demonstration_may_do_everything_no_more(demo):
    old = User.objects.create_superuser("organizer@example.org", "organizer-baobab")

    provide_accounts(at=DAY_0)

    old.refresh_from_db()
    assert (old.is_superuser, old.is_staff) == (False, False)
    assert old.groups.get().name == "organizer"
    assert old.check_password("organizer-baobab")


def test_the_merchant_acts_for_one_store_of_goods(demo):
    store = make.merchant(slug=STORES["merchant"])

    users = provide_accounts(at=DAY_0)
    provide_accounts(at=DAY_0)

    assert [row.merchant for row in users["merchant"].memberships.all()] == [store]
    roles = dict(store.memberships.values_list("user__email", "role"))
    assert roles == {"merchant@example.org": "owner", "packer@example.org": "packer"}
    kinds = {sheet.slug: sheet.kind for sheet in stores()}
    assert [kinds[slug] for slug in STORES.values()] == ["goods", "goods", "experiences"]


def test_an_account_that_is_there_is_left_alone(demo):
    provide_accounts(at=DAY_0)
    shopper = User.objects.get(email=ACCOUNTS[0].email)
    shopper.set_password("a-visitor-chose-this")
    shopper.save()

    provide_accounts(at=DAY_0)

    assert User.objects.count() == len(ACCOUNTS)
    shopper.refresh_from_db()
    assert shopper.check_password("a-visitor-chose-this")
