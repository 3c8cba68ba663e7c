"""P3, P10: which stores have an account of their own there, and that it is the one in use."""

import pytest

from shop.core.errors import NotPossible
from shop.money.settlements.methods import add_method, current_method
from shop.money.settlements.models import PayoutMethod
from shop.money.settlements.remote.recipients import begin, form_for, look_at
from tests import make
from tests.shop.money.settlements.earned import ACCOUNT, MONDAY
from tests.shop.money.settlements.remote.owned import CONNECT
from tests.shop.money.settlements.remote.sent import WHERE

pytestmark = pytest.mark.django_db


def state(row):
    row.refresh_from_db()
    return row.state


def test_a_store_has_one_account_there(connected, merchant):
    other = begin(merchant, CONNECT, at=MONDAY, by=make.member(merchant))

    assert other.pk == PayoutMethod.objects.get().pk


def test_a_way_that_an_organizer_settled_is_the_only_one(connected, merchant):
    assert current_method(merchant, at=MONDAY).way == "connect"
    merchant.paid_only_by = "manual"
    merchant.save()
    assert current_method(merchant, at=MONDAY) is None
    merchant.paid_only_by = "connect"
    merchant.save()
    assert current_method(merchant, at=MONDAY).way == "connect"
    with pytest.raises(NotPossible, match="payment provider pays you"):
        add_method(merchant, ACCOUNT, rail="bank", at=MONDAY, by=make.member(merchant))


def test_p10_an_account_that_is_not_finished_is_not_ready(connected):
    merchant = make.merchant(country="FR")
    row = begin(merchant, CONNECT, at=MONDAY, by=make.member(merchant))
    form_for(row, WHERE, at=MONDAY)
    row.refresh_from_db()
    look_at(row, at=MONDAY)

    assert state(row) == "onboarding"
    connected.onboard_recipient(row.remote_id, bank=False)
    look_at(row, at=MONDAY)
    assert (state(row), row.bank_id) == ("new", row.remote_id)


def test_kenya_has_no_account_there(connected):
    kenya = make.merchant(country="KE")

    with pytest.raises(NotPossible):
        begin(kenya, CONNECT, at=MONDAY, by=make.member(kenya))
