"""Goodwill counts: nobody gets more back than was paid, and who gave it has it again."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible
from shop.festivals.models import Fund
from shop.festivals.promotions.sponsors import reckon
from shop.money.ledger.balances import balance, owed_to
from shop.money.ledger.drawdown import drawdown
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import RefundProposal
from shop.money.payments.operations import run_operations
from shop.money.payments.proposals import (
    RefundPlan,
    alone_left,
    approve,
    decided,
    drop,
    propose,
    tell_of_proposal,
)
from shop.money.returns.answer import pay_back
from shop.money.returns.ask import Wish, ask, foreseen
from shop.orders.models import Refund, RefundGoodwill
from shop.orders.reconcile import differences
from tests import make
from tests.cms.dashboard.people import organizer
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.queue import run_queued_work
from tests.shop.money.payments.books import refunded
from tests.shop.money.returns.sold import DAY, paid, sent, wish

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def order(till):
    """Return a sent order of three pieces of 20.00 and a delivery of 6.00."""
    make.delivery(6_00)
    kettle = make.variant(20_00, of=make.product(of=make.merchant(commission_bp=1_000)), on_hand=9)
    found = paid(till, {kettle: 3})
    sent(found)
    return found


def send_back(order, *, by=None, cause="goodwill", **plan):
    made = RefundPlan(cause=cause, reason="We are sorry", **plan)
    return propose(order.pk, made, seen=decided(order.pk), at=NOON, by=by or organizer())


def gift(order, store=0, platform=0, sponsor=0, fund=None, *, by=None):
    gifts = {str(order.suborders.get().pk): (store, platform, sponsor, fund)}
    return send_back(order, gifts=gifts, by=by)


def goods(order, units, *, delivery=0, by=None):
    lines = {str(order.lines.get().pk): (units, None)}
    parts = {str(order.suborders.get().pk): delivery} if delivery else {}
    return send_back(order, lines=lines, delivery=parts, cause="return", by=by)


def test_with_the_last_of_the_goods_what_was_given_before_is_kept(order, till, settings):
    settings.ALONE_UP_TO = 100_00
    merchant = order.suborders.get().merchant
    gift(order, store=3_00, platform=2_00)

    rest = goods(order, 3, delivery=6_00)
    run_operations(at=NOON)

    assert rest.amount == 61_00
    assert sorted(refunded(till)) == [5_00, 61_00]
    kept = RefundGoodwill.objects.get(refund=rest)
    assert (kept.by_merchant, kept.by_platform) == (-3_00, -2_00)
    assert (owed_to(merchant, "USD"), balance("losses", "USD")) == (0, 0)
    assert order.suborders.get().returned == 60_00 * 9 // 10 + 6_00
    assert differences() == []
    assert_books_agree()


def test_while_something_is_left_goodwill_is_given_beside_it(order, settings):
    settings.ALONE_UP_TO = 100_00
    gift(order, platform=25_00)

    amounts = [goods(order, 1).amount, goods(order, 1).amount, goods(order, 1).amount]

    assert amounts == [20_00, 20_00, 1_00]
    assert RefundGoodwill.objects.filter(by_platform__lt=0).get().by_platform == -19_00
    assert_books_agree()


def test_a_shopper_sees_and_gets_what_is_left_when_all_is_sent_back(order):
    part = order.suborders.get()
    gift(order, store=3_00, platform=2_00)
    line = order.lines.get()

    back = foreseen(part, {line.pk: Wish(3, "broken")})
    request = ask(order.pk, part.pk, "return", wish(order, 3, "broken"), at=NOON + DAY)
    refund = pay_back(request.pk, at=NOON + DAY, by=make.member(part.merchant))

    assert (back.had, back.total, back.earned_of(part)) == (5_00, 61_00, 54_00 + 6_00 - 3_00)
    assert refund.amount == 61_00


def test_the_mail_says_what_was_had_before(order, settings, mailoutbox):
    settings.ALONE_UP_TO = 100_00
    gift(order, platform=2_00)
    goods(order, 3, delivery=6_00)
    run_queued_work()

    last = [message for message in mailoutbox if message.to == [order.contact.email]][-1]
    assert "$64.00 of order" in last.subject
    assert "Of it you have had for goodwill: $2.00" in last.body


def test_a_sponsor_gives_no_more_than_is_left_and_has_it_again(order, settings):
    settings.ALONE_UP_TO = 100_00
    festival = make.festival()
    fund = Fund.objects.create(festival=festival, sponsor="Ministry of Trade", amount=9_00)

    gift(order, sponsor=8_00, fund=fund.pk)
    with pytest.raises(NotPossible, match=r"Ministry of Trade has \$1.00 left to promise"):
        gift(order, sponsor=1_01, fund=fund.pk)
    reckon(festival.pk, at=NOON)
    fund.refresh_from_db()
    assert (fund.given, fund.committed) == (8_00, 8_00)
    assert drawdown(fund).rows == (("Goodwill", 1, 8_00),)

    goods(order, 3, delivery=6_00)

    fund.refresh_from_db()
    assert (fund.given, fund.committed) == (0, 0)
    assert balance("funds", "USD") == 0
    assert differences() == []


def test_many_small_refunds_of_one_person_need_a_second_one(order, settings):
    settings.ALONE_UP_TO = 50_00
    one, other = organizer(), organizer()

    goods(order, 1, by=one)
    goods(order, 1, by=one)
    proposal = goods(order, 1, by=one)
    assert proposal.state == "asked"

    task = MoneyTask.objects.get(kind="refund_check")
    assert approve(task, reason="Seen", at=NOON, by=other).amount == 20_00


def test_what_one_person_refunds_of_all_orders_in_a_day_is_bounded(order, settings):
    settings.ALONE_UP_TO = 50_00
    one, other = organizer(), organizer()
    Refund.objects.create(order=make.order({make.variant(): 1}), cause="return", amount=470_00,
                          by=one, at=NOON - DAY + MINUTE)  # fmt: skip

    assert alone_left(order, one, at=NOON) == 30_00
    assert alone_left(order, one, at=NOON + 2 * MINUTE) == 50_00  # the day is over
    assert alone_left(order, other, at=NOON) == 50_00
    assert goods(order, 1, by=one).amount == 20_00
    assert goods(order, 1, by=one).state == "asked"


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_one_person_do_not_pass_the_bound_of_a_day(till, settings):
    settings.ALONE_UP_TO = 50_00
    kettle, one = make.variant(20_00, on_hand=9), organizer()
    orders = [paid(till, {kettle: 1}) for _ in range(4)]
    Refund.objects.create(order=orders[0], cause="return", amount=470_00, by=one, at=NOON)

    made = at_once([lambda order=order: goods(order, 1, by=one) for order in orders[1:]])

    assert sorted(type(row).__name__ for row in made) == ["Refund", *["RefundProposal"] * 2]


def test_what_somebody_approves_leaves_their_own_bound_as_it_was(order, settings):
    settings.ALONE_UP_TO = 50_00
    one, other = organizer(), organizer()
    goods(order, 3, by=one)

    approve(MoneyTask.objects.get(), reason="Seen", at=NOON, by=other)

    assert alone_left(order, other, at=NOON) == 50_00


def test_organizers_are_mailed_about_a_refund_to_approve_until_it_is_decided(
    order, settings, mailoutbox
):
    settings.ALONE_UP_TO, settings.ORGANIZER_EMAILS = 50_00, ["all@example.org"]
    goods(order, 3, by=organizer())
    run_queued_work()
    (told,) = [letter for letter in mailoutbox if letter.to == ["all@example.org"]]
    task = MoneyTask.objects.get()
    assert order.number in told.subject
    assert f"/organize/money/{task.pk}/" in told.body

    tell_of_proposal.enqueue(RefundProposal.objects.get().pk)
    drop(task, reason="No", at=NOON, by=organizer())
    run_queued_work()

    assert len([letter for letter in mailoutbox if letter.to == ["all@example.org"]]) == 1


def test_what_comes_to_another_sum_by_now_is_not_approved(order, settings):
    settings.ALONE_UP_TO = 50_00
    one, other, third = organizer(), organizer(), organizer()
    goods(order, 3, delivery=6_00, by=one)
    gift(order, platform=4_00, by=third)

    task = MoneyTask.objects.get(kind="refund_check")
    with pytest.raises(NotPossible, match=r"It comes to \$62.00 by now"):
        approve(task, reason="Seen", at=NOON, by=other)

    assert MoneyTask.objects.get(kind="refund_check").state == "open"
    assert order.refunds.count() == 1
