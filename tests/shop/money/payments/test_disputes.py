"""Cases P53 and P54: disputes are booked as the bank takes and gives, and somebody bears them."""

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.money.ledger.balances import balance, owed_to
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.decide import answer, say_who_bears
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.disputes.take_over import check_dispute
from shop.money.payments.operations import run_operations
from shop.money.payments.proposals import RefundPlan, decided, propose
from shop.money.payments.refund import refund_lines
from shop.money.returns.answer import cannot_send
from shop.orders.models import Suborder
from shop.orders.ship import ship
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree, deliver
from tests.shop.money.payments.test_external import SENT, books, sold

pytestmark = pytest.mark.django_db


@pytest.fixture
def disputed(till):
    """Return a dispute of a paid order of two kettles, of which the shop has heard."""
    payment = sold(till)
    till.dispute(payment.charge_id)
    deliver(till)
    return Dispute.objects.get()


def the_task():
    return MoneyTask.objects.get(kind="dispute", state="open")


def end_it(till, *, won):
    till.close_dispute(Dispute.objects.get().remote_id, won=won)
    deliver(till)
    return Dispute.objects.get()


def bear(fee_by="platform", **parts):
    say_who_bears(the_task(), parts, fee_by=fee_by, reason="It never came", at=NOON, by=organizer())


def test_p53_it_is_booked_once_with_its_fee_and_stops_the_parcel(till, disputed):
    assert (disputed.state, disputed.amount, disputed.fee) == ("open", 30_00, 15_00)
    assert books("disputed", "fees", "provider") == [30_00, 15_00, -15_00]
    task = the_task()
    assert task.due_at < disputed.due_by
    assert task.dispute == disputed

    check_dispute(disputed.remote_id, at=NOON)

    assert books("disputed", "fees", "provider") == [30_00, 15_00, -15_00]
    with pytest.raises(NotPossible, match="Do not send"):
        ship(Suborder.objects.get(), **SENT, at=NOON, by=make.user())
    assert_books_agree()


def test_while_the_bank_decides_nothing_is_sent_back(till, disputed):
    part = Suborder.objects.get()
    line, owner = part.lines.get(), make.member(part.merchant)

    plan = RefundPlan(cause="return", reason="Sorry", lines={str(line.pk): (1, None)})

    with pytest.raises(NotPossible, match="Wait until it has decided"):
        propose(part.order_id, plan, seen=0, at=NOON, by=organizer())
    with pytest.raises(NotPossible, match="its payment is in question"):
        cannot_send(part.pk, {line.pk: 1}, are_there=True, reason="Sold", at=NOON, by=owner)

    assert not part.order.refunds.exists()


def test_what_a_bank_gave_back_for_good_is_not_sent_again(till, disputed):
    end_it(till, won=False)
    part = Suborder.objects.get()
    bear(platform=30_00)
    plan = RefundPlan(cause="goodwill", reason="Sorry", gifts={str(part.pk): (1, 0, 0, None)})

    with pytest.raises(NotPossible, match="More would go back than is left of the payment"):
        propose(part.order_id, plan, seen=decided(part.order_id), at=NOON, by=organizer())


def test_p53_won_it_gives_the_money_back_and_lets_the_parcel_go(till, disputed):
    found = end_it(till, won=True)

    assert (found.state, bool(found.closed_at)) == ("won", True)
    assert books("disputed", "fees", "provider") == [0, 15_00, 15_00]
    assert not MoneyTask.objects.filter(state="open").exists()
    assert Suborder.objects.get().stopped_at is None
    assert_books_agree()


def test_answered_it_leaves_the_desk_and_comes_back_when_it_is_lost(till, disputed):
    answer(the_task(), "answered", reason="Tracking sent", at=NOON, by=organizer())
    assert not MoneyTask.objects.filter(state="open").exists()
    check_dispute(disputed.remote_id, at=NOON)
    assert Dispute.objects.get().state == "answered"

    end_it(till, won=False)

    assert "Say who bears it" in the_task().what


def test_p53_lost_by_the_store_its_sale_is_undone_and_what_it_has_still_is_free(till, disputed):
    end_it(till, won=False)
    part = Suborder.objects.get()

    bear(**{str(part.pk): 30_00, "platform": 0})

    assert books("disputed", "payable", "commission", "promotions") == [0, 0, 0, 0]
    assert books("losses", "fees", "provider") == [0, 15_00, -15_00]
    part.refresh_from_db()
    assert (part.state, part.returned, Pool.objects.get().sold) == ("cancelled", 34_96, 0)
    assert_books_agree()


def test_p53_lost_by_the_platform_the_store_keeps_its_part(till, disputed):
    end_it(till, won=False)

    bear(platform=30_00)

    assert books("disputed", "losses", "payable") == [0, 30_00, -34_96]
    assert Suborder.objects.get().returned == 0


def test_p53_lost_by_both(till, disputed):
    end_it(till, won=False)
    part = Suborder.objects.get()

    bear(**{str(part.pk): 10_00, "platform": 20_00})

    assert books("disputed", "losses") == [0, 20_00]
    assert balance("payable", "USD") == -34_96 + 11_65
    assert_books_agree()


def test_p53_an_appeal_turns_a_lost_one_and_who_bore_it_has_it_back(till, disputed):
    end_it(till, won=False)
    part = Suborder.objects.get()
    bear(**{str(part.pk): 10_00, "platform": 20_00})
    till.appeal(disputed.remote_id)

    till.close_dispute(disputed.remote_id, won=True)
    deliver(till)

    found = Dispute.objects.get()
    assert (found.state, found.borne) == ("won", None)
    assert books("disputed", "losses", "payable", "provider") == [0, 0, -34_96, 15_00]
    assert Suborder.objects.get().returned == 0
    assert list(MoneyTask.objects.filter(state="open")) == []
    assert_books_agree()


@pytest.mark.parametrize("parts", [29_99, 30_01])
def test_parts_that_are_not_what_was_lost_are_refused(till, disputed, parts):
    end_it(till, won=False)

    with pytest.raises(NotPossible, match="together"):
        bear(platform=parts)

    assert Dispute.objects.get().borne is None


def test_nobody_bears_what_the_bank_has_not_decided(till, disputed):
    with pytest.raises(NotPossible, match="not decided"):
        bear(platform=30_00)


def test_p54_a_store_bears_once_what_went_back_before(till):
    """P54: a dispute that is lost although all was refunded is the platform's affair."""
    payment = sold(till)
    line = payment.order.lines.get()
    refund_lines(payment.order_id, [line.pk], reason="Broken", at=NOON)
    run_operations(at=NOON)
    till.dispute(payment.charge_id, 30_00)
    deliver(till)
    end_it(till, won=False)

    with pytest.raises(NotPossible, match="more than is left"):
        bear(**{str(line.suborder_id): 30_00, "platform": 0})
    bear(platform=30_00)

    assert books("payable", "losses", "refunds_due", "provider") == [0, 30_00, 0, -45_00]


def test_what_a_refund_was_owed_for_anyway_nobody_bears(till):
    payment = sold(till)
    line = payment.order.lines.get()
    till.dispute(payment.charge_id)
    deliver(till)
    refund_lines(payment.order_id, [line.pk], reason="Broken", at=NOON)
    run_operations(at=NOON)
    assert payment.operations.get().state == "blocked"  # a disputed charge is not refunded

    found = end_it(till, won=False)

    assert (found.covered, found.to_bear) == (30_00, 0)
    assert books("disputed", "refunds_due", "losses", "payable") == [0, 0, 0, 0]
    assert payment.operations.get().state == "void"
    assert not MoneyTask.objects.filter(state="open").exists()


def test_p53_an_inquiry_books_nothing_and_lets_go_when_it_is_closed(till):
    payment = sold(till)
    till.dispute(payment.charge_id, is_inquiry=True)
    deliver(till)
    found = Dispute.objects.get()

    assert (found.state, books("disputed", "fees", "provider")) == ("inquiry", [0, 0, 30_00])
    assert Suborder.objects.get().stopped_at
    assert the_task()

    till.close_inquiry(found.remote_id)
    deliver(till)

    assert Dispute.objects.get().state == "closed"
    assert Suborder.objects.get().stopped_at is None
    assert not MoneyTask.objects.filter(state="open").exists()


def test_an_inquiry_that_was_answered_and_becomes_a_dispute_is_on_the_desk_again(till):
    payment = sold(till)
    remote = till.dispute(payment.charge_id, is_inquiry=True)["id"]
    deliver(till)
    answer(the_task(), "answered", reason="Tracking sent", at=NOON, by=organizer())
    till.world.store.change(till.world.store.get("dispute", remote), status="needs_response")

    check_dispute(remote, at=NOON)

    assert Dispute.objects.get().state == "open"
    assert the_task()


def test_an_inquiry_can_be_accepted(till):
    payment = sold(till)
    till.dispute(payment.charge_id, is_inquiry=True)
    deliver(till)

    answer(the_task(), "accepted", reason="We shall refund", at=NOON, by=organizer())

    assert Dispute.objects.get().state == "accepted"


def test_lost_without_an_answer_the_task_says_so(till, disputed):
    before = the_task()

    end_it(till, won=False)

    assert the_task().pk != before.pk
    assert "Say who bears it" in the_task().what


def test_won_and_taken_again_with_the_same_sums_it_is_booked_again(till, disputed):
    end_it(till, won=True)
    world = till.world
    row = world.store.get("dispute", disputed.remote_id)
    lines = row["balance_transactions"]
    world.store.change(row, status="lost", balance_transactions=[lines[0]])

    check_dispute(disputed.remote_id, at=NOON)

    assert books("disputed", "fees", "provider") == [30_00, 15_00, -15_00]
    assert "Say who bears it" in the_task().what


def test_a_store_at_fault_bears_the_fee_too_until_an_appeal_turns_it(till, disputed):
    end_it(till, won=False)
    part = str(Suborder.objects.get().pk)
    with pytest.raises(NotPossible, match="bears no fee"):
        bear(fee_by=part, platform=30_00)
    before = owed_to(Suborder.objects.get().merchant, "USD")

    bear(fee_by=part, **{part: 30_00})

    row = Suborder.objects.get()
    assert books("fees") == [0]
    assert before - owed_to(row.merchant, "USD") == row.earned + 15_00
    till.appeal(disputed.remote_id)
    end_it(till, won=True)
    assert (books("fees"), owed_to(row.merchant, "USD")) == ([15_00], before)
    assert_books_agree()
