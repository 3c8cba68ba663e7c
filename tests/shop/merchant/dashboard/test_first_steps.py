"""A new store reads what comes first, until all is done or it has sold something."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.people.merchants.models import Merchant
from tests import make
from tests.buying import pay
from tests.make import NOON
from tests.shop.money.settlements.earned import account

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(client, clock_at):
    clock_at(NOON)
    made = make.merchant(story="", legal_name="", legal_address="")
    client.force_login(make.member(made))
    return made


def said(client, store):
    return client.get(f"/merchant/{store.slug}/").text


def test_each_step_leads_where_it_is_done_and_is_ticked_when_it_is(client, store):
    assert "0 of 7 done" in said(client, store)
    for part in ("profile/", "profile/seller/", "money/account/", "products/new/", "festivals/"):
        assert f'href="/merchant/{store.slug}/{part}"' in said(client, store)

    Merchant.objects.filter(pk=store.pk).update(legal_name="GIE", legal_address="Ndiagne")
    account(store, rail="bank", account="0110092774401")
    make.product(of=store, state="submitted", published_at=None)
    make.product(of=store)

    page = said(client, store)
    assert "3 of 7 done" in page
    assert "1 / 10" in page


def test_who_sees_no_money_is_not_asked_for_the_account(client, store):
    client.force_login(make.member(store, role="manager"))

    page = said(client, store)

    assert "0 of 5 done" in page
    assert "money/account/" not in page


def test_after_the_first_sale_they_are_gone(client, store):
    order = make.order({make.variant(of=make.product(of=store)): 1})
    pay(order)

    assert "First steps" not in said(client, store)


def test_they_cost_the_same_however_many_products_there_are(client, store):
    def statements():
        with CaptureQueriesContext(connection) as taken:
            said(client, store)
        return len(taken)

    statements()
    few = statements()
    for _number in range(12):
        make.product(of=store)
    assert statements() == few
