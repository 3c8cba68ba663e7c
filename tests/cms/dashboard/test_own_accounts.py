"""The screens of payouts to stores' own accounts at the provider."""

import pytest

from shop.money.money_tasks.models import MoneyTask
from shop.money.settlements.models import Payout
from shop.money.settlements.remote.payout_checks import look_at_payouts
from shop.money.settlements.remote.transfers import send_transfers, take_back_refunded
from tests import make
from tests.cms.dashboard.people import organizer, version
from tests.paying import assert_books_agree, set_clocks
from tests.shop.money.settlements.conftest import till
from tests.shop.money.settlements.earned import DAY, MONDAY, earned, settled
from tests.shop.money.settlements.remote.conftest import connected
from tests.shop.money.settlements.remote.owned import case_66, refund, store
from tests.shop.money.settlements.remote.sent import flush

__all__ = ["connected", "till"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(organizer())
    return client


@pytest.fixture
def payout(connected, clock_at):
    """Send the payout of case 66, of which the top-up waits for money."""
    merchant = store(connected)
    case_66(connected, merchant)
    made = settled(merchant).payouts.get()
    set_clocks(connected, MONDAY)
    clock_at(MONDAY)
    send_transfers(at=MONDAY)
    return made


def test_a_payout_lists_its_transfers_and_offers_no_return(desk, connected, payout):
    page = desk.get(f"/organize/payouts/{payout.pk}/").text
    for said in ("$30.00", "$4.96", "Done", "Queued", "To its own account at the provider"):
        assert said.lower() in page.lower()

    flush(connected)
    send_transfers(at=MONDAY + DAY)

    page = desk.get(f"/organize/payouts/{payout.pk}/").text
    assert "came-back" not in page
    payout.refresh_from_db()
    assert payout.state == "done"


def test_the_rest_of_one_that_went_in_part_is_paid_elsewhere(desk, payout, clock_at):
    clock_at(MONDAY + 8 * DAY)
    look_at_payouts(at=MONDAY + 8 * DAY)
    task = MoneyTask.objects.get(state="open", kind="payout_stuck")
    page = desk.get(f"/organize/money/{task.pk}/").text
    assert ("settled_elsewhere/" in page, "by_hand/" in page) == (True, False)
    assert "asked first" in desk.get(f"/organize/money/{task.pk}/settled_elsewhere/").text

    desk.post(f"/organize/money/{task.pk}/settled_elsewhere/",
              {"reference": "FT 8", "reason": "It took too long"})  # fmt: skip

    payout.refresh_from_db()
    assert payout.state == "done"
    assert_books_agree()


def test_what_was_blocked_is_sent_again(desk, connected, clock_at):
    merchant = store(connected)
    earned(connected, merchant)
    made = settled(merchant).payouts.get()
    set_clocks(connected, MONDAY)
    clock_at(MONDAY)
    connected.set_capability(made.method.remote_id, "stripe_balance.stripe_transfers")
    send_transfers(at=MONDAY)
    task = MoneyTask.objects.get(state="open")
    page = desk.get(f"/organize/money/{task.pk}/").text
    assert all(way in page for way in ("try_again/", "pay_again/", "by_hand/"))
    connected.set_capability(made.method.remote_id, "stripe_balance.stripe_transfers", "active")

    desk.post(f"/organize/money/{task.pk}/try_again/", {"reason": "Stripe opened it"})
    send_transfers(at=MONDAY + DAY)

    assert Payout.objects.get().state == "done"


def test_how_a_store_is_paid_and_what_it_bears_is_settled_on_its_page(desk):
    merchant = make.merchant()
    page = f"/organize/stores/{merchant.pk}/edit/"
    shown = desk.get(page)
    assert "As the store likes" in shown.text
    sent = shown.context["form"].initial | {"version": version(desk, page)}

    desk.post(page, sent | {"paid_only_by": "manual", "payout_tariff": "1.50"})
    merchant.refresh_from_db()
    assert (merchant.paid_only_by, merchant.payout_tariff) == ("manual", 1_50)
    assert 'value="1.50"' in desk.get(page).text
    desk.post(page, sent | {"version": version(desk, page), "paid_only_by": "",
                            "payout_tariff": ""})  # fmt: skip

    merchant.refresh_from_db()
    assert (merchant.paid_only_by, merchant.payout_tariff) == ("", 0)


def test_what_was_taken_back_stands_beside_what_was_moved(desk, connected, payout):
    flush(connected)
    send_transfers(at=MONDAY + DAY)
    part = payout.settlement.merchant.suborders.get()
    refund(part.order, 1, at=MONDAY + DAY)
    take_back_refunded(at=MONDAY + DAY)
    send_transfers(at=MONDAY + DAY)

    page = desk.get(f"/organize/payouts/{payout.pk}/").text

    assert "Taken back" in page
