"""P37-P42: what becomes of a payout that the provider has, and what it takes for it."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible
from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerEntry
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.methods import trust_again
from shop.money.settlements.models import Payout, PayoutMethod, Settlement
from shop.money.settlements.payouts import queue_what_waits
from shop.money.settlements.proofs import BankProof, pay_elsewhere
from shop.money.settlements.remote.payout_checks import book_fees, look_at_payouts
from shop.money.settlements.remote.send import send_payouts
from shop.money.settlements.remote.stuck import pay_stuck_again, pay_stuck_by_hand, take_back
from shop.money.settlements.remote.take_over import tell_stuck
from tests import make
from tests.crowd import at_once
from tests.emptying import kept_no_more
from tests.paying import assert_books_agree, set_clocks
from tests.queue import run_queued_work
from tests.shop.money.settlements.earned import DAY, MONDAY
from tests.shop.money.settlements.remote.sent import (
    assert_storage_agrees,
    flush,
    fund,
    owed,
    payments,
    queued,
    store,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TUESDAY = MONDAY + DAY + HOUR


@pytest.fixture
def payout(abroad):
    """Send a payout of 180.00 on Monday."""
    return sent(abroad)


def sent(sandbox, ending="4242"):
    made = queued(sandbox, store(sandbox, ending))
    flush(sandbox)
    fund()
    send_payouts(at=MONDAY)
    made.refresh_from_db()
    assert made.state == "sent"
    return made


def look(sandbox, at=TUESDAY):
    set_clocks(sandbox, at)
    look_at_payouts(at=at)


def tasks():
    return list(
        MoneyTask.objects.filter(state="open").order_by("pk").values_list("kind", flat=True)
    )


def states():
    return list(Payout.objects.order_by("pk").values_list("state", flat=True))


def test_what_was_posted_is_paid_and_the_store_is_told(abroad, payout, mailoutbox):
    look(abroad)
    look(abroad, at=TUESDAY + HOUR)

    payout.refresh_from_db()
    assert (payout.state, payout.paid_on) == ("done", (MONDAY + DAY).date())
    assert payout.local_amount == "KES 23,220.00"
    assert payout.rate == "1 USD = 129.0000 KES"
    assert Settlement.objects.get().state == "paid"
    assert (balance("transit", "USD"), balance("storage", "USD")) == (0, 1_000_00 - 180_00)
    run_queued_work()
    assert any(payout.bank_reference in mail.body for mail in mailoutbox)
    assert_books_agree()


def test_p37_what_failed_is_payable_again_and_the_account_restricted(abroad):
    payout = sent(abroad, "9901")

    look(abroad)

    payout.refresh_from_db()
    assert (payout.state, payout.ended_why) == ("failed", "payout method declined")
    assert Settlement.objects.get().state == "final"
    assert PayoutMethod.objects.get().state == "restricted"
    assert (owed(payout.settlement.merchant), balance("transit", "USD")) == (180_00, 0)
    assert tasks() == ["payout_back"]
    queue_what_waits(at=TUESDAY)
    assert states() == ["failed"]
    trust_again(payout.method_id, at=TUESDAY, by=make.user(), reason="The bank was wrong")
    queue_what_waits(at=TUESDAY)
    assert states() == ["failed", "queued"]
    assert_storage_agrees()


def test_p38_what_came_back_with_less_is_owed_whole(abroad, payout):
    look(abroad)
    abroad.return_payment(payout.remote_id, 175_00)

    look(abroad, at=TUESDAY + DAY)
    look(abroad, at=TUESDAY + 2 * DAY)

    payout.refresh_from_db()
    assert (payout.state, payout.came_back) == ("returned", 175_00)
    assert Settlement.objects.get().state == "final"
    assert (owed(payout.settlement.merchant), balance("fx", "USD")) == (180_00, 5_00)
    assert (tasks(), PayoutMethod.objects.get().state) == (["payout_back"], "restricted")
    book_fees(at=TUESDAY)
    assert_books_agree()
    assert_storage_agrees()


def test_what_came_back_before_anybody_looked_is_booked_in_order(abroad):
    payout = sent(abroad, "9902")
    set_clocks(abroad, TUESDAY)

    look(abroad, at=MONDAY + 5 * DAY)

    payout.refresh_from_db()
    assert (payout.state, payout.came_back) == ("returned", 180_00)
    kinds = list(LedgerEntry.objects.filter(account="transit").values_list("amount", flat=True))
    assert sorted(kinds) == [-180_00, 180_00]
    book_fees(at=TUESDAY)
    assert_storage_agrees()


def test_one_that_came_back_after_sixty_days_is_not_looked_for(abroad, payout):
    look(abroad)
    abroad.return_payment(payout.remote_id)

    look(abroad, at=TUESDAY + 61 * DAY)
    assert states() == ["done"]
    Payout.objects.update(looked_at=MONDAY, done_at=TUESDAY + 10 * DAY)
    look(abroad, at=TUESDAY + 61 * DAY)

    assert states() == ["returned"]


def test_p39_taken_back_while_it_is_processed(abroad, payout):
    take_back(payout.pk, reason="A dispute came up", at=MONDAY, by=make.user())

    payout.refresh_from_db()
    assert (payout.state, Settlement.objects.get().state) == ("void", "final")
    assert owed(payout.settlement.merchant) == 180_00
    assert tasks() == ["payout_stuck"]
    queue_what_waits(at=TUESDAY)
    assert states() == ["void"]
    pay_stuck_again(MoneyTask.objects.get(), reason="It was won", at=TUESDAY, by=make.user())
    assert (states(), tasks()) == (["void", "queued"], [])
    assert_storage_agrees()


def test_p39_too_late_says_so_and_is_written_down(abroad, payout):
    abroad.post_payment(payout.remote_id)

    with pytest.raises(NotPossible, match="Too late"):
        take_back(payout.pk, reason="A dispute came up", at=MONDAY, by=make.user())

    assert states() == ["done"]


def test_p40_under_review_is_shown_and_no_second_payment_made(abroad):
    payout = sent(abroad, "9903")
    look(abroad)
    send_payouts(at=TUESDAY)
    queue_what_waits(at=TUESDAY)

    payout.refresh_from_db()
    assert (payout.state, payout.in_review_since) == ("sent", MONDAY)
    assert (len(payments(abroad)), tasks()) == (1, [])
    look(abroad, at=MONDAY + 5 * DAY + HOUR)
    assert tasks() == ["payout_stuck"]
    abroad.approve_payment(payout.remote_id)
    look(abroad, at=MONDAY + 7 * DAY)
    assert (states(), tasks()) == (["done"], [])


def test_p41_an_unknown_word_is_a_task_and_nothing_is_booked(abroad, payout):
    before = LedgerEntry.objects.count()
    abroad.set_payment(payout.remote_id, "teleported")

    look(abroad)

    assert (states(), tasks()) == (["sent"], ["payout_stuck"])
    assert LedgerEntry.objects.count() == before


def test_p41_an_unknown_word_at_once_is_sent_once_and_not_booked(abroad):
    queued(abroad, store(abroad))
    flush(abroad)
    fund()
    abroad.fail_next(500, 500, executed=True, on="POST /v2/money_management/outbound_payments")
    send_payouts(at=MONDAY)
    abroad.set_payment(payments(abroad)[0]["id"], "teleported")
    Payout.objects.update(key_until=MONDAY)

    send_payouts(at=MONDAY + HOUR)
    send_payouts(at=MONDAY + 2 * HOUR)

    assert (states(), tasks(), len(payments(abroad))) == (["sending"], ["payout_stuck"], 1)
    assert balance("transit", "USD") == 0


def test_p42_fees_are_booked_once_and_the_account_agrees(abroad, payout):
    look(abroad)

    book_fees(at=TUESDAY)
    book_fees(at=TUESDAY + HOUR)

    assert balance("fees", "USD") == 1_50 + 90 + 1_80
    assert_storage_agrees()
    assert_books_agree()


def test_what_left_is_followed_after_it_was_switched_off(abroad, payout, settings):
    settings.PAYOUT_SENDER = settings.PAYOUT_FINANCIAL_ACCOUNT = ""

    look(abroad)
    book_fees(at=TUESDAY)

    assert (states(), balance("fees", "USD")) == (["done"], 4_20)


@pytest.mark.django_db(transaction=True)
def test_many_who_look_at_once_book_once(abroad):
    payout = sent(abroad)
    set_clocks(abroad, TUESDAY)

    at_once([lambda: look_at_payouts(at=TUESDAY), lambda: look_at_payouts(at=TUESDAY)] * 2)

    payout.refresh_from_db()
    assert payout.state == "done"
    assert balance("transit", "USD") == 0


def test_another_amount_at_the_provider_is_a_task(abroad, payout):
    with kept_no_more(["shop_payout"]):
        Payout.objects.update(amount=1_00)

    look(abroad)

    assert (states(), tasks()) == (["sent"], ["payout_stuck"])


def blocked(sandbox):
    """Return a payout that the provider would not take."""
    made = queued(sandbox, store(sandbox))
    flush(sandbox)
    fund()
    sandbox.restrict_method(made.method.bank_id)
    send_payouts(at=MONDAY)
    return made


def test_a_stuck_one_is_paid_by_hand_and_never_by_itself(abroad):
    payout = blocked(abroad)
    task = MoneyTask.objects.get()

    pay_stuck_by_hand(task, reason="By our bank", at=TUESDAY, by=make.user())
    abroad.restrict_method(payout.method.bank_id, restricted=False)
    PayoutMethod.objects.update(state="ready", is_stopped=False)
    queue_what_waits(at=TUESDAY)
    send_payouts(at=TUESDAY)
    assert states() == ["void"]
    proof = BankProof("FT 1", TUESDAY.date(), 180_00)
    pay_elsewhere(payout.settlement_id, proof, at=TUESDAY, by=make.user())

    assert (states(), tasks(), payments(abroad)) == (["void", "done"], [], [])
    assert Settlement.objects.get().state == "paid"
    assert_books_agree()


@pytest.mark.parametrize("way", [pay_stuck_again, pay_stuck_by_hand])
def test_what_the_provider_has_after_all_is_paid_no_other_way(abroad, way):
    queued(abroad, store(abroad))
    flush(abroad)
    fund()
    abroad.fail_next(500, 500, executed=True, on="POST /v2/money_management/outbound_payments")
    send_payouts(at=MONDAY)
    Payout.objects.get().move_to("blocked")
    tell_stuck(Payout.objects.select_related("settlement__merchant").get(), "Why", at=MONDAY)

    with pytest.raises(NotPossible, match="after all"):
        way(MoneyTask.objects.get(kind="payout_stuck"), reason="Now", at=MONDAY, by=make.user())

    assert (states(), tasks()) == (["sent"], [])


@pytest.mark.parametrize("way", [pay_stuck_again, pay_stuck_by_hand])
def test_while_the_provider_is_silent_nobody_pays_another_way(abroad, way):
    blocked(abroad)
    abroad.fail_next(500, 500, on="GET /v2/money_management/outbound_payments")

    with pytest.raises(NotPossible, match="nobody knows"):
        way(MoneyTask.objects.get(), reason="Now", at=MONDAY, by=make.user())

    assert states() == ["blocked"]


def test_one_that_is_sent_is_not_paid_another_way(abroad, payout):
    proof = BankProof("FT 1", TUESDAY.date(), 180_00)

    with pytest.raises(NotPossible):
        pay_elsewhere(payout.settlement_id, proof, at=TUESDAY, by=make.user())

    assert states() == ["sent"]


def test_one_that_waits_for_a_week_is_put_before_a_person(abroad, settings):
    queued(abroad, store(abroad))
    settings.PAYOUT_SENDER = ""

    look_at_payouts(at=MONDAY + 7 * DAY)

    assert tasks() == ["payout_stuck"]
    pay_stuck_by_hand(MoneyTask.objects.get(), reason="Ours", at=MONDAY + 8 * DAY, by=make.user())
    queue_what_waits(at=MONDAY + 8 * DAY)
    assert (states(), gateway().is_given_up) == (["void"], False)
