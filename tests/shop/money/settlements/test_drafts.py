"""A draft follows the money: what changed since is kept, shown, and approved as it was seen."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.money.ledger.balances import balance
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.fraud import wrong_alarm
from shop.money.payments.operations import run_operations
from shop.money.payments.proposals import RefundPlan, propose
from shop.money.payments.proposals import approve as approve_refund
from shop.money.payments.proposals import drop as drop_refund
from shop.money.returns.ask import ask, take_back
from shop.money.settlements.make import (
    ChangedSum,
    _fill,
    approve,
    draft,
    make_drafts,
    refresh_drafts,
)
from shop.money.settlements.models import Payout, Settlement
from shop.money.settlements.money import explained, held_parts, kept_from, money_of
from shop.money.settlements.sums import figures_of, total_of
from shop.orders.models import Suborder
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, deliver
from tests.shop.money.returns.sold import wish
from tests.shop.money.settlements.earned import DAY, MONDAY, RELEASED, earned, settled, store
from tests.shop.money.settlements.remote.owned import refund

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchant(till):
    return store()


def drafted(merchant, *, at=MONDAY):
    made = draft(merchant.pk, cut_off=MONDAY, at=at)
    assert made is not None
    return made


def hold(order):
    Suborder.objects.filter(order=order).update(held_at=MONDAY)


def totals():
    return list(Settlement.objects.order_by("pk").values_list("state", "total"))


def test_what_was_refunded_since_is_kept_on_the_draft_and_approved_at_the_next_press(
    till, merchant
):
    order = earned(till, merchant)
    made = drafted(merchant)
    refund(order, 1, at=MONDAY + DAY)

    with pytest.raises(ChangedSum, match=r"comes to \$72.00 now"):
        approve(made.pk, seen=90_00, at=MONDAY + DAY, by=make.user())

    assert (totals(), Payout.objects.count()) == ([("draft", 72_00)], 0)
    row = approve(made.pk, seen=72_00, at=MONDAY + DAY, by=make.user())
    assert (row.state, row.payouts.get().amount) == ("final", 72_00)
    assert_books_agree()


def test_what_was_held_since_is_kept_on_the_draft_and_is_free_for_a_later_one(till, merchant):
    order = earned(till, merchant)
    earned(till, merchant, 4)
    made = drafted(merchant)
    hold(order)

    with pytest.raises(ChangedSum):
        approve(made.pk, seen=162_00, at=MONDAY, by=make.user())
    approve(made.pk, seen=72_00, at=MONDAY, by=make.user())
    Suborder.objects.update(held_at=None)
    make_drafts(at=MONDAY + 7 * DAY)

    assert totals() == [("final", 72_00), ("draft", 90_00)]


def test_page_and_press_agree_before_anything_is_pressed(till, merchant):
    order = earned(till, merchant)
    earned(till, merchant, 4)
    made = drafted(merchant)
    hold(order)

    figures = figures_of(made, at=MONDAY)

    assert (figures.sums.total, [line["yours"] for line in figures.lines]) == (72_00, [72_00])
    assert (total_of(made, at=MONDAY), totals()) == (72_00, [("draft", 162_00)])
    [kept] = explained(kept_from(made, at=MONDAY))
    assert (kept.order, kept.amount, kept.why) == (order, 90_00, "An organizer keeps it. Ask why.")
    assert money_of(merchant, at=MONDAY).held == 90_00
    approve(made.pk, seen=figures.sums.total, at=MONDAY, by=make.user())


def test_money_that_the_provider_has_not_released_is_kept_until_its_day(till, merchant):
    order = earned(till, merchant)
    made = drafted(merchant)
    order.payments.update(available_on=MONDAY + 2 * DAY)

    [kept] = explained(held_parts(merchant, at=MONDAY))

    assert (kept.until, kept.why) == (
        MONDAY + 2 * DAY, "The payment provider has not released this payment yet.",
    )  # fmt: skip
    assert (total_of(made, at=MONDAY), total_of(made, at=MONDAY + 2 * DAY)) == (0, 90_00)
    row = approve(made.pk, seen=90_00, at=MONDAY + 2 * DAY, by=make.user())
    assert row.state == "final"


def proposed(order, units=5):
    """Propose a refund of 20.00 for each unit and return the task of the second person."""
    plan = RefundPlan("return", "Broken", {str(order.lines.get().pk): (units, None)})
    propose(order.pk, plan, seen=0, at=MONDAY, by=make.user())
    return MoneyTask.objects.get(kind="refund_check")


def test_what_a_second_person_has_not_decided_is_on_no_draft(till, merchant):
    order = earned(till, merchant)
    earned(till, merchant, 4)
    made = drafted(merchant)
    proposed(order)

    with pytest.raises(ChangedSum):
        approve(made.pk, seen=162_00, at=MONDAY, by=make.user())

    assert (totals(), Payout.objects.count()) == ([("draft", 72_00)], 0)
    [kept] = explained(kept_from(made, at=MONDAY))
    assert (kept.order, kept.amount, kept.why, kept.until) == (
        order, 90_00, "A refund of this order waits for a decision.", None,
    )  # fmt: skip


def test_a_proposed_refund_that_is_dropped_lets_the_payout_go_on(till, merchant):
    order = earned(till, merchant)
    made = drafted(merchant)
    task = proposed(order)
    assert total_of(made, at=MONDAY) == 0

    drop_refund(task, reason="It was not broken", at=MONDAY, by=make.user())

    assert total_of(made, at=MONDAY) == 90_00


def test_a_proposed_refund_that_is_approved_is_kept_until_it_has_gone(till, merchant):
    order = earned(till, merchant)
    made = drafted(merchant)
    approve_refund(proposed(order, units=3), reason="Right", at=MONDAY, by=make.user())
    assert total_of(made, at=MONDAY) == 0

    run_operations(at=MONDAY)

    assert total_of(made, at=MONDAY) == 36_00
    assert_books_agree()


def test_a_fraud_warning_keeps_a_delivered_part_and_the_store_reads_it_in_careful_words(
    till, merchant
):
    order = earned(till, merchant)
    made = drafted(merchant)
    till.warn_of_fraud(order.payments.get().charge_id)
    deliver(till)

    [to_store] = explained(kept_from(made, at=MONDAY))
    [to_organizer] = explained(kept_from(made, at=MONDAY), to_store=False)

    assert (to_store.why, to_store.until) == (
        "We are checking this payment with the bank. It waits until that is decided.", None,
    )  # fmt: skip
    assert to_organizer.why == "A fraud warning keeps it until it is decided on the money desk."
    task = MoneyTask.objects.get(kind="fraud_warning")
    wrong_alarm(task, reason="They called", at=MONDAY, by=make.user())
    assert total_of(made, at=MONDAY) == 90_00


def test_drafts_follow_by_themselves_and_one_with_nothing_left_makes_room(till, merchant):
    orders = [earned(till, merchant), earned(till, merchant)]
    drafted(merchant)
    assert refresh_drafts(at=MONDAY) == 0
    hold(orders[0])
    assert refresh_drafts(at=MONDAY) == 1
    assert totals() == [("draft", 90_00)]

    hold(orders[1])
    refresh_drafts(at=MONDAY)
    assert totals() == [("void", 0)]
    Suborder.objects.update(held_at=None)
    make_drafts(at=MONDAY + DAY)

    assert totals() == [("void", 0), ("draft", 180_00)]


def test_a_draft_of_which_more_went_back_than_was_sold_is_carried(till, merchant):
    first, second = earned(till, merchant), earned(till, merchant, 2, at=NOON + DAY)
    settled(merchant, cut_off=RELEASED)
    made = drafted(merchant, at=MONDAY + 90 * DAY)
    assert made.total == 36_00
    refund(first, 4, at=MONDAY + 91 * DAY)
    assert second

    refresh_drafts(at=MONDAY + 91 * DAY)

    assert totals() == [("final", 90_00), ("carried", -36_00)]
    assert balance("receivable", "USD", merchant=merchant) == 36_00
    assert_books_agree()


def test_a_draft_that_fell_below_the_least_sum_ends_and_waits(till, merchant):
    order = earned(till, merchant)
    drafted(merchant)
    refund(order, 3, at=MONDAY + DAY)

    refresh_drafts(at=MONDAY + DAY)
    make_drafts(at=MONDAY + DAY)

    assert totals() == [("void", 36_00)]


def test_a_press_that_finds_a_draft_below_zero_carries_it(till, merchant):
    first, _second = earned(till, merchant), earned(till, merchant, 2, at=NOON + DAY)
    settled(merchant, cut_off=RELEASED)
    made = drafted(merchant, at=MONDAY + 90 * DAY)
    refund(first, 4, at=MONDAY + 91 * DAY)

    with pytest.raises(ChangedSum, match="It has ended: what is missing comes off the next one"):
        approve(made.pk, seen=36_00, at=MONDAY + 91 * DAY, by=make.user())

    assert totals() == [("final", 90_00), ("carried", -36_00)]
    assert balance("receivable", "USD", merchant=merchant) == 36_00
    earned(till, merchant, 10, at=MONDAY + 92 * DAY)
    make_drafts(at=MONDAY + 140 * DAY)
    assert totals()[2:] == [("draft", 144_00)]
    assert_books_agree()


def test_a_press_that_finds_a_draft_below_the_least_sum_ends_it(till, merchant):
    order = earned(till, merchant)
    made = drafted(merchant)
    refund(order, 3, at=MONDAY + DAY)

    with pytest.raises(ChangedSum, match=r"\$36.00 now.* too little"):
        approve(made.pk, seen=36_00, at=MONDAY + DAY, by=make.user())

    assert totals() == [("void", 36_00)]
    earned(till, merchant, 4, at=NOON + DAY)
    make_drafts(at=MONDAY + 8 * DAY)
    assert totals() == [("void", 36_00), ("draft", 108_00)]


def test_a_press_that_finds_nothing_left_on_a_draft_ends_it(till, merchant):
    order = earned(till, merchant)
    made = drafted(merchant)
    hold(order)

    with pytest.raises(ChangedSum, match=r"It has ended: nothing is left"):
        approve(made.pk, seen=0, at=MONDAY, by=make.user())

    assert (totals(), Payout.objects.count()) == ([("void", 0)], 0)


def test_a_draft_that_got_stuck_below_zero_before_is_carried(till, merchant):
    first, _second = earned(till, merchant), earned(till, merchant, 2, at=NOON + DAY)
    settled(merchant, cut_off=RELEASED)
    made = drafted(merchant, at=MONDAY + 90 * DAY)
    refund(first, 4, at=MONDAY + 91 * DAY)
    with transaction.atomic():
        _fill(Settlement.objects.get(pk=made.pk), at=MONDAY + 91 * DAY)
    assert totals()[1:] == [("draft", -36_00)]

    assert refresh_drafts(at=MONDAY + 92 * DAY) == 1

    assert totals()[1:] == [("carried", -36_00)]
    assert refresh_drafts(at=MONDAY + 92 * DAY) == 0


def test_the_fee_of_a_payout_is_taken_once_though_its_draft_came_to_nothing(till, merchant):
    Merchant.objects.update(payout_tariff=1_50)
    order = earned(till, merchant)
    drafted(merchant)
    request = ask(order.pk, order.suborders.get().pk, "return", wish(order, 1, "broken"),
                  at=MONDAY)  # fmt: skip

    refresh_drafts(at=MONDAY)
    make_drafts(at=MONDAY + timedelta(hours=1))
    assert totals() == [("void", 0)]
    take_back(request.pk, at=MONDAY + DAY)
    make_drafts(at=MONDAY + DAY)

    assert totals() == [("void", 0), ("draft", 88_50)]
    assert balance("fees", "USD") == -1_50


@pytest.mark.parametrize(("currency", "price", "is_paid"), [
    ("NGN", 5_000_00, False), ("NGN", 20_000_00, True), ("KWD", 5_00, True), ("UGX", 20_000, False),
])  # fmt: skip
def test_the_least_that_is_paid_is_worth_as_much_in_every_currency(
    till, settings, currency, price, is_paid
):
    settings.SHOP_CURRENCY = currency
    merchant = store()
    earned(till, merchant, price=price)

    assert (draft(merchant.pk, cut_off=MONDAY, at=MONDAY) is not None) == is_paid
