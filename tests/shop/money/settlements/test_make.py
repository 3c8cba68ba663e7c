"""P14-P28: what is settled when, what keeps it, and that nothing is settled twice."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from shop.core.errors import NotPossible
from shop.money.ledger.balances import balance, owed_to
from shop.money.ledger.closing import close_months
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.operations import run_operations
from shop.money.payments.proposals import RefundPlan, decided, propose
from shop.money.returns.answer import pay_back
from shop.money.returns.ask import ask, take_back
from shop.money.settlements.make import (
    ChangedSum,
    approve,
    ask_for,
    draft,
    make_drafts,
    release_reserves,
    void,
)
from shop.money.settlements.models import Payout, Settlement, SettlementLine
from shop.money.settlements.payouts import make_batch
from shop.orders.models import Refund, Suborder
from shop.people.merchants.models import Merchant
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.shop.money.returns.sold import wish
from tests.shop.money.settlements.earned import (
    DAY,
    MONDAY,
    RELEASED,
    claimed_sum,
    earned,
    settled,
    store,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchant(till):
    return store()


def test_money_that_cannot_be_used_yet_is_not_settled(till, merchant):
    order = earned(till, merchant)
    order.payments.update(available_on=MONDAY + DAY)

    assert draft(merchant.pk, cut_off=MONDAY, at=MONDAY) is None
    order.payments.update(available_on=MONDAY)
    assert draft(merchant.pk, cut_off=MONDAY, at=MONDAY) is not None


def refund(order, units, *, at):
    """Let an organizer send units back."""
    plan = RefundPlan(cause="return", reason="Broken",
                      lines={str(order.lines.get().pk): (units, None)})  # fmt: skip
    made = propose(order.pk, plan, seen=decided(order.pk), at=at, by=make.user())
    assert isinstance(made, Refund)
    run_operations(at=at)
    return made


def totals():
    return [(row.state, row.total) for row in Settlement.objects.order_by("pk")]


def test_p14_what_is_not_released_waits_for_the_next_cut_off(till, merchant):
    earned(till, merchant)

    assert draft(merchant.pk, cut_off=RELEASED - timedelta(seconds=1), at=RELEASED) is None
    made = draft(merchant.pk, cut_off=RELEASED, at=RELEASED)

    assert (made.state, made.earned, made.total) == ("draft", 90_00, 90_00)


def test_p22_a_final_settlement_is_the_ledger_to_the_cent_delivery_included(till, merchant):
    make.delivery(6_00)
    earned(till, merchant)

    made = settled(merchant)

    assert (made.state, made.total, owed_to(merchant, "USD")) == ("final", 96_00, 96_00)
    assert claimed_sum(made) == made.total == sum(line["yours"] for line in made.lines)
    assert [line["kind"] for line in made.lines] == ["goods", "delivery"]
    assert Payout.objects.get().amount == 96_00
    assert_books_agree()


@pytest.mark.parametrize("keep", ["return", "hold", "stop", "refund"])
def test_p17_whatever_is_open_keeps_it_and_only_it(till, merchant, keep):
    other = earned(till, merchant)
    order = earned(till, merchant)
    part = order.suborders.get()
    del other
    if keep == "return":
        ask(order.pk, part.pk, "return", wish(order, 1, "broken"), at=NOON + 4 * DAY)
    elif keep == "refund":
        plan = RefundPlan("return", "Broken", {str(order.lines.get().pk): (1, None)})
        propose(order.pk, plan, seen=decided(order.pk), at=NOON + 4 * DAY, by=make.user())
    else:
        name = "held_at" if keep == "hold" else "stopped_at"
        Suborder.objects.filter(pk=part.pk).update(**{name: NOON})

    assert draft(merchant.pk, cut_off=MONDAY, at=MONDAY).total == 90_00


def test_p17_closing_the_last_of_it_releases(till, merchant):
    order = earned(till, merchant)
    request = ask(order.pk, order.suborders.get().pk, "return", wish(order, 1, "broken"),
                  at=NOON + 4 * DAY)  # fmt: skip
    assert draft(merchant.pk, cut_off=MONDAY, at=MONDAY) is None

    take_back(request.pk, at=MONDAY)

    assert draft(merchant.pk, cut_off=MONDAY, at=MONDAY).total == 90_00


def test_p18_a_refund_before_release_lowers_the_same_settlement(till, merchant):
    order = earned(till, merchant)
    refund(order, 1, at=NOON + 5 * DAY)

    made = settled(merchant)

    assert (made.total, [line["yours"] for line in made.lines]) == (72_00, [90_00, -18_00])
    assert_books_agree()


def test_what_a_bank_took_keeps_a_part_until_somebody_bears_it(till, merchant):
    order = earned(till, merchant)
    bank = Dispute.objects.create(
        payment=order.payments.get(), remote_id="dp_1", remote_status="lost", state="lost",
        reason="fraudulent", amount=20_00, currency="USD", withdrawn=20_00, opened_at=NOON,
    )  # fmt: skip

    assert draft(merchant.pk, cut_off=MONDAY, at=MONDAY) is None
    Dispute.objects.filter(pk=bank.pk).update(borne={"platform": 20_00})

    assert draft(merchant.pk, cut_off=MONDAY, at=MONDAY).total == 90_00


def test_a_refund_of_goods_and_delivery_is_told_once(till, merchant):
    make.delivery(6_00)
    order = earned(till, merchant)
    part = order.suborders.get()
    plan = RefundPlan("return", "Broken", {str(order.lines.get().pk): (1, None)},
                      delivery={str(part.pk): 2_00})  # fmt: skip
    propose(order.pk, plan, seen=0, at=NOON + 5 * DAY, by=make.user())
    run_operations(at=NOON + 5 * DAY)

    lines = settled(merchant).lines

    assert [(line["kind"], line["yours"]) for line in lines] == [
        ("goods", 90_00), ("delivery", 6_00), ("refund", -18_00), ("delivery refund", -2_00),
    ]  # fmt: skip


def test_p19_a_refund_after_final_stands_on_the_next_one(till, merchant):
    first = earned(till, merchant)
    before = settled(merchant)
    frozen = Settlement.objects.filter(pk=before.pk).values().get()

    refund(first, 1, at=MONDAY + DAY)
    earned(till, merchant, at=NOON + 5 * DAY)
    after = settled(merchant, cut_off=MONDAY + 7 * DAY)

    assert (before.total, after.total) == (90_00, 72_00)
    assert Settlement.objects.filter(pk=before.pk).values().get() == frozen
    assert owed_to(merchant, "USD") == 90_00 + 72_00


@pytest.mark.django_db(transaction=True)
def test_p20_two_rounds_at_once_make_one_settlement(till):
    merchant = store()
    earned(till, merchant)

    at_once([lambda: make_drafts(at=MONDAY), lambda: make_drafts(at=MONDAY)])
    make_drafts(at=MONDAY + DAY)

    assert totals() == [("draft", 90_00)]


def test_p21_an_entry_cannot_stand_on_two_settlements(till, merchant):
    earned(till, merchant)
    made = settled(merchant)
    entry = made.claimed.first().entry

    with pytest.raises(IntegrityError), transaction.atomic():
        SettlementLine.objects.create(settlement=made, entry=entry, amount=1)


def test_p23_below_the_least_sum_entries_wait_but_not_longer_than_ninety_days(till, merchant):
    earned(till, merchant, units=1)
    sold_at = LedgerEntry.objects.filter(account="payable").get().transaction.at

    assert draft(merchant.pk, cut_off=MONDAY, at=MONDAY) is None
    late = sold_at + 90 * DAY
    assert draft(merchant.pk, cut_off=late, at=late).total == 18_00


def test_p24_what_is_below_zero_is_carried_and_netted_next(till, merchant):
    first = earned(till, merchant)
    settled(merchant)
    refund(first, 2, at=MONDAY + DAY)

    carried = draft(merchant.pk, cut_off=MONDAY + 7 * DAY, at=MONDAY + 7 * DAY)
    assert (carried.state, carried.total) == ("carried", -36_00)
    assert balance("receivable", "USD") == 36_00
    earned(till, merchant, at=NOON + 14 * DAY)
    after = settled(merchant, cut_off=MONDAY + 14 * DAY)

    assert (after.earned, after.netted, after.total) == (90_00, 36_00, 54_00)
    assert balance("receivable", "USD") == 0
    assert [claimed_sum(row) for row in (carried, after)] == [0, 54_00]
    assert_books_agree()


def test_p25_a_reserve_is_held_and_released_on_its_day(till):
    merchant = store(reserve_bp=1_000, reserve_days=60)
    earned(till, merchant)
    made = settled(merchant)
    assert (made.earned, made.reserved, made.total) == (90_00, 9_00, 81_00)
    assert balance("reserve", "USD") == -9_00

    day = MONDAY + 60 * DAY
    release_reserves(at=day - timedelta(seconds=1))
    assert balance("reserve", "USD") == -9_00
    release_reserves(at=day)
    release_reserves(at=day)

    assert balance("reserve", "USD") == 0
    late = day + 91 * DAY
    assert draft(merchant.pk, cut_off=late, at=late).total == 9_00


def test_p26_a_commission_that_changed_after_the_order_changes_nothing(till, merchant):
    earned(till, merchant)
    Merchant.objects.update(commission_bp=5_000)

    assert settled(merchant).total == 90_00


def test_p28_what_is_final_is_not_changed_by_sql(till, merchant):
    earned(till, merchant)
    made = settled(merchant)

    for statement in (
        "UPDATE shop_settlement SET total = total + 1, earned = earned + 1",
        "UPDATE shop_settlement SET lines = '[]'",
        "DELETE FROM shop_settlement",
        "UPDATE shop_settlementline SET amount = 0",
        "DELETE FROM shop_settlementline",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert Settlement.objects.get().total == made.total


def test_what_changed_since_the_draft_was_seen_is_not_approved(till, merchant):
    order = earned(till, merchant)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    ask(order.pk, order.suborders.get().pk, "return", wish(order, 1, "broken"), at=MONDAY)

    with pytest.raises(ChangedSum):
        approve(made.pk, seen=90_00, at=MONDAY, by=make.user())

    assert totals() == [("void", 0)]
    assert not Payout.objects.exists()


def test_of_two_approvals_one_holds(till, merchant):
    earned(till, merchant)
    made = settled(merchant)

    with pytest.raises(NotPossible, match="final already"):
        approve(made.pk, seen=90_00, at=MONDAY, by=make.user())

    assert Payout.objects.count() == 1


def test_a_draft_that_is_dropped_frees_its_entries(till, merchant):
    earned(till, merchant)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)

    with pytest.raises(NotPossible, match="Say why"):
        void(made.pk, reason=" ", at=MONDAY, by=make.user())
    void(made.pk, reason="A return is asked for", at=MONDAY, by=make.user())
    make_drafts(at=MONDAY + DAY)

    assert totals() == [("void", 90_00), ("draft", 90_00)]


def test_a_store_without_a_confirmed_account_waits(till):
    merchant = make.merchant()
    earned(till, merchant)

    make_drafts(at=MONDAY)

    assert totals() == []
    assert owed_to(merchant, "USD") == 100_00


def test_a_store_asks_in_between_once_a_week(till, merchant):
    earned(till, merchant)
    who = make.member(merchant)

    asked = ask_for(merchant, at=RELEASED, by=who)
    assert asked.total == 90_00
    approve(asked.pk, seen=90_00, at=RELEASED, by=make.user())
    with pytest.raises(NotPossible, match="seven days"):
        ask_for(merchant, at=RELEASED + 6 * DAY, by=who)
    with pytest.raises(NotPossible, match="Nothing can be paid"):
        ask_for(merchant, at=RELEASED + 8 * DAY, by=who)


def test_a_part_that_was_cancelled_settles_what_is_left_of_it_at_once(till, merchant):
    kept, order = earned(till, merchant), earned(till, merchant)
    del kept
    request = ask(order.pk, order.suborders.get().pk, "return", wish(order, 5, "broken"),
                  at=NOON + 4 * DAY)  # fmt: skip
    pay_back(request.pk, at=NOON + 5 * DAY, by=make.user())
    run_operations(at=NOON + 5 * DAY)

    made = settled(merchant)

    assert (made.total, owed_to(merchant, "USD")) == (90_00, 90_00)


def test_a_round_drafts_for_each_store_at_its_cut_off_and_again_makes_nothing(till):
    for _n in range(3):
        earned(till, store())

    make_drafts(at=MONDAY + timedelta(hours=3))
    make_drafts(at=MONDAY + timedelta(hours=4))

    assert totals() == [("draft", 90_00)] * 3
    assert {row.cut_off for row in Settlement.objects.all()} == {MONDAY}


def test_p27_what_was_sold_in_two_currencies_is_two_settlements(till, merchant, settings):
    earned(till, merchant)
    settings.SHOP_CURRENCY = "EUR"
    earned(till, merchant, 4)

    make_drafts(at=MONDAY)
    make_drafts(at=MONDAY)

    rows = merchant.settlements.order_by("currency").values_list("currency", "total", "n")
    assert sorted((currency, total) for currency, total, _n in rows) == [
        ("EUR", 72_00), ("USD", 90_00),
    ]  # fmt: skip
    for row in merchant.settlements.all():
        approve(row.pk, seen=row.total, at=MONDAY, by=make.user())
    payouts = Payout.objects.order_by("settlement__currency")
    assert [(one.settlement.currency, one.amount) for one in payouts] == [
        ("EUR", 72_00), ("USD", 90_00),
    ]  # fmt: skip
    with pytest.raises(NotPossible, match="one currency"):
        make_batch([one.pk for one in payouts], "statement_csv", at=MONDAY, by=make.user())


def test_row_32_a_store_bears_the_fee_of_its_payouts_where_that_was_settled(till, merchant):
    Merchant.objects.update(payout_tariff=1_50)
    earned(till, merchant)

    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    assert made.total == 88_50
    void(made.pk, reason="Again", at=MONDAY, by=make.user())
    made = draft(merchant.pk, cut_off=MONDAY + DAY, at=MONDAY + DAY)
    row = approve(made.pk, seen=88_50, at=MONDAY + DAY, by=make.user())

    fee = [line["yours"] for line in row.lines if line["kind"] == "payout_tariff"]
    assert (fee, balance("fees", "USD")) == ([-1_50], -1_50)
    assert claimed_sum(row) == row.payouts.get().amount == 88_50


def test_the_tariff_of_a_payout_is_booked_when_its_settlement_is_made(till, merchant):
    Merchant.objects.update(payout_tariff=1_50)
    earned(till, merchant)
    ends = datetime(2027, 6, 1, tzinfo=MONDAY.tzinfo)  # of May, and the cut-off
    close_months(at=ends + timedelta(hours=3))

    made = draft(merchant.pk, cut_off=ends, at=ends + timedelta(hours=4))

    assert made.total == 88_50
    assert LedgerTransaction.objects.get(kind="payout_tariff").at == ends + timedelta(hours=4)
