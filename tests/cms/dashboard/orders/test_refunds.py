"""The refund desk: lines, delivery and goodwill with their payers, alone or by two people."""

import pytest

from shop.catalogue.stock.models import Pool
from shop.festivals.models import Fund
from shop.money.ledger.balances import balance, owed_to
from shop.money.ledger.models import LedgerTransaction
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import RefundProposal
from shop.money.payments.proposals import decided
from shop.money.returns.answer import appeal, refuse
from shop.money.returns.ask import ask
from shop.money.returns.models import ReturnRequest
from shop.orders.models import Refund, RefundGoodwill, Replacement
from shop.orders.reconcile import differences
from shop.orders.ship import ship
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.queue import run_queued_work
from tests.shop.money.returns.sold import DAY, paid, sent, wish

pytestmark = pytest.mark.django_db
WHY = {"cause": "goodwill", "reason": "The bag came in another colour"}


@pytest.fixture
def desk(client, till):
    """Be an organizer at the desk at that moment."""
    client.force_login(organizer())
    return client


@pytest.fixture
def order(till):
    make.delivery(6_00)
    kettle = make.variant(20_00, of=make.product(of=make.merchant(commission_bp=1_000)), on_hand=9)
    found = paid(till, {kettle: 3})
    sent(found)
    return found


def where(order):
    return f"/organize/orders/{order.pk}/refund/"


def answers(order, **typed):
    line, part = order.lines.get().pk, order.suborders.get().pk
    ids = {"units": line, "paid": line, "delivery": part, "store": part, "platform": part}
    what = {f"{name}-{ids[name]}": value for name, value in typed.items()}
    return WHY | {"seen": decided(order.pk)} | what


def test_it_is_worked_out_with_its_payers_before_anything_is_sent(desk, order):
    assert "$66.00" in desk.get(where(order)).text

    page = desk.post(where(order), answers(order, units="1", delivery="2.00", store="3.00",
                                           platform="2.00")).text  # fmt: skip

    assert "Send $27.00 back" in page
    assert "The platform" in page
    assert not Refund.objects.exists()
    assert not LedgerTransaction.objects.filter(kind="refund").exists()


def test_p55_goodwill_of_two_payers_is_booked_by_each(desk, order):
    merchant = order.suborders.get().merchant
    before = owed_to(merchant, "USD")

    typed = answers(order, store="3.00", platform="2.00") | {"do": "send"}
    sent_back = desk.post(where(order), typed)

    gift = RefundGoodwill.objects.get()
    assert sent_back.status_code == 302
    assert (gift.paid, gift.by_merchant, gift.by_platform) == (5_00, 3_00, 2_00)
    assert before - owed_to(merchant, "USD") == 3_00
    assert (balance("losses", "USD"), balance("refunds_due", "USD")) == (2_00, -5_00)
    assert_books_agree()


def test_a_second_press_of_the_button_sends_goodwill_once(desk, order):
    typed = answers(order, store="3.00") | {"do": "send"}

    pressed = [desk.post(where(order), typed).status_code for _press in range(2)]
    without = desk.post(where(order), {**typed, "seen": ""})

    assert pressed == [302, 422]
    assert "Look at it again" in without.text
    assert Refund.objects.get().amount == 3_00


def test_p55_delivery_goes_back_in_parts_and_never_more_than_is_left(desk, order):
    for amount in ("2.50", "3.50"):
        desk.post(where(order), answers(order, delivery=amount) | {"do": "send"})

    again = desk.post(where(order), answers(order, delivery="0.01") | {"do": "send"})

    assert again.status_code == 422
    assert [row.amount for row in Refund.objects.order_by("pk")] == [2_50, 3_50]
    assert_books_agree()


def test_p55_three_parts_of_a_line_end_at_its_price(desk, order, settings):
    settings.ALONE_UP_TO = 100_00
    for amount in ("19.99", "20.02", "19.99"):
        desk.post(where(order), answers(order, paid=amount) | {"do": "send"})

    more = desk.post(where(order), answers(order, paid="0.01") | {"do": "send"})

    assert more.status_code == 422
    assert sum(row.amount for row in Refund.objects.all()) == 60_00
    assert order.suborders.get().kept == 6_00  # its delivery
    assert_books_agree()


def test_units_come_back_into_stock_only_where_it_is_said(desk, order):
    desk.post(where(order), answers(order, units="1") | {"do": "send"})
    assert Pool.objects.get().on_hand == 6

    desk.post(where(order), answers(order, units="1") | {"do": "send", "is_restocked": "on"})

    assert Pool.objects.get().on_hand == 7
    assert_books_agree()


def test_a_store_hears_what_an_organizer_decided(desk, order, mailoutbox):
    part = order.suborders.get()
    store = make.member(part.merchant)
    request = ask(order.pk, part.pk, "return", wish(order, 1, "broken"), at=NOON + DAY)
    refuse(request.pk, answer="Worn", at=NOON + DAY, by=store)
    appeal(request.pk, at=NOON + DAY)
    run_queued_work()
    mailoutbox.clear()

    task = MoneyTask.objects.get(kind="return")
    desk.post(f"/organize/money/{task.pk}/refund/", {"answer": "We pay", "reason": "Seen"})
    run_queued_work()

    (message,) = [found for found in mailoutbox if found.to == [store.email]]
    assert message.subject == f"An organizer has decided about {request.number}"
    assert "The organizer writes: We pay" in message.body


def test_an_organizer_decides_that_the_goods_are_sent_once_more(desk, order, mailoutbox):
    part = order.suborders.get()
    store = make.member(part.merchant)
    request = ask(order.pk, part.pk, "return", wish(order, 1, "broken"), at=NOON + DAY)
    refuse(request.pk, answer="Worn", at=NOON + DAY, by=store)
    appeal(request.pk, at=NOON + DAY)
    run_queued_work()
    mailoutbox.clear()
    task = MoneyTask.objects.get(kind="return")
    where_to = f"/organize/money/{task.pk}/replace/"
    assert "from free stock" in desk.get(where_to).text

    desk.post(where_to, {"answer": "Another one comes", "reason": "Seen"})
    run_queued_work()

    request.refresh_from_db()
    task.refresh_from_db()
    assert (request.state, task.outcome) == ("replaced", "replace")
    assert Replacement.objects.get().state == "waiting"
    assert len([found for found in mailoutbox if found.to == [store.email]]) == 1
    assert_books_agree()


def test_above_a_sum_somebody_else_has_to_look(desk, order, client):
    desk.post(where(order), answers(order, units="3") | {"do": "send"})
    proposal, task = RefundProposal.objects.get(), MoneyTask.objects.get()
    assert (proposal.amount, task.kind, Refund.objects.exists()) == (60_00, "refund_check", False)

    approve = f"/organize/money/{task.pk}/approve/"
    mine = desk.get(f"/organize/money/{task.pk}/").text
    assert "You asked for this refund." in mine
    assert (approve in mine, f"/organize/money/{task.pk}/drop/" in mine) == (False, True)
    assert desk.post(approve, {"reason": "Fine"}).status_code == 302
    assert not Refund.objects.exists()
    client.force_login(organizer())
    assert "1 refund to approve" in client.get("/organize/").text
    assert approve in client.get(f"/organize/money/{task.pk}/").text
    client.post(approve, {"reason": "Seen the pictures"})
    client.post(approve, {"reason": "Twice"})

    refund = Refund.objects.get()
    proposal.refresh_from_db()
    assert (refund.amount, proposal.state, proposal.refund) == (60_00, "done", refund)
    assert_books_agree()


def test_the_screen_says_before_that_another_organizer_has_to_approve(desk, order):
    assert "You alone may send back <strong>$50.00</strong>" in desk.get(where(order)).text

    within = desk.post(where(order), answers(order, units="2")).text
    above = desk.post(where(order), answers(order, units="3")).text

    assert "Send $40.00 back" in within
    assert "Ask another organizer to approve $60.00" in above
    assert "Send $60.00 back" not in above


def test_a_whole_order_is_refunded_in_one_action_that_says_first_what_it_means(
    desk, till, settings
):
    settings.ALONE_UP_TO = 100_00
    make.delivery(6_00)
    kettle, cup = make.variant(20_00, on_hand=9), make.variant(10_00, on_hand=9)
    order = paid(till, {kettle: 2, cup: 1})
    gone, waiting = order.suborders.order_by("position")
    ship(gone, carrier="DHL", tracking_number="", at=NOON, by=make.member(gone.merchant))
    page = f"/organize/orders/{order.pk}/refund/all/"

    before = desk.get(page).text

    assert "Refund all $62.00" in before
    assert f"Cancelled, with units that can be sold again: {waiting.merchant.name}." in before
    assert f"What has left is not asked back: {gone.merchant.name}." in before
    assert not Refund.objects.exists()
    typed = {"seen": decided(order.pk), "cause": "lost", "reason": "The lorry burned"}
    assert desk.post(page, typed | {"reason": ""}).status_code == 422
    assert [desk.post(page, typed).status_code for _press in range(2)] == [302, 302]

    refund = Refund.objects.get()
    assert (refund.amount, refund.cause) == (62_00, "lost")
    assert [part.state for part in order.suborders.order_by("position")] == ["shipped", "cancelled"]
    on_hand = [Pool.objects.get(pk=row.pool_id).on_hand for row in (kettle, cup)]
    assert sorted(on_hand) == sorted([9 - gone.lines.get().quantity, 9])
    assert differences() == []
    assert_books_agree()


def test_above_the_bound_a_whole_order_is_for_another_to_approve(desk, order):
    page = f"/organize/orders/{order.pk}/refund/all/"
    assert "Ask another organizer to approve $66.00" in desk.get(page).text

    desk.post(page, {"seen": decided(order.pk), "cause": "return", "reason": "So"})

    assert (RefundProposal.objects.get().amount, Refund.objects.exists()) == (66_00, False)


def test_a_proposal_is_dropped_also_by_whoever_made_it(desk, order):
    desk.post(where(order), answers(order, units="3") | {"do": "send"})
    task = MoneyTask.objects.get()

    desk.post(f"/organize/money/{task.pk}/drop/", {"reason": "The parcel was found"})

    assert RefundProposal.objects.get().state == "dropped"
    assert not Refund.objects.exists()


@pytest.mark.parametrize(("typed", "said"), [
    ({}, "Say how much goes back."),
    ({"units": "4"}, "less than or equal to 3"),
    ({"paid": "60.01"}, "More would go back"),
    ({"delivery": "6.01"}, "More would go back of the delivery"),
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_left(desk, order, typed, said):
    answer = desk.post(where(order), answers(order, **typed) | {"do": "send"})

    assert answer.status_code == 422
    assert said in answer.text
    assert not Refund.objects.exists()


def test_a_sponsor_gives_goodwill_from_its_fund(desk, till):
    festival = make.festival()
    kettle = make.variant(20_00, on_hand=9)
    make.deal(kettle, during=festival, price=15_00)
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=100_00)
    order = paid(till, {kettle: 1})
    part = order.suborders.get().pk

    desk.post(where(order), WHY | {f"fund-{fund.pk}-{part}": "4.00", "seen": 0, "do": "send"})

    gift = RefundGoodwill.objects.get()
    assert (gift.by_fund, gift.fund, balance("funds", "USD")) == (4_00, fund, 4_00)
    assert_books_agree()


def test_a_merchandiser_has_no_refund_desk(client, order):
    client.force_login(make.user())

    assert client.get(where(order)).status_code in (302, 403)


def test_a_return_that_was_appealed_is_decided_on_the_money_desk(desk, order):
    request = ask(order.pk, order.suborders.get().pk, "return", wish(order, 1, "broken"), at=NOON)
    refuse(request.pk, answer="Worn", at=NOON, by=make.user())
    appeal(request.pk, at=NOON + DAY)
    task = MoneyTask.objects.get()
    page = desk.get(f"/organize/money/{task.pk}/").text
    assert "Pay it back" in page
    assert "waits for a decision" in desk.get(f"/organize/desk_orders/inspect/{order.pk}/").text

    desk.post(f"/organize/money/{task.pk}/refund/", {"answer": "We pay", "reason": "Clear crack"})

    task.refresh_from_db()
    assert (ReturnRequest.objects.get().state, task.outcome, task.reason) == (
        "refunded", "refund", "Clear crack")  # fmt: skip
    assert Refund.objects.get().amount == 22_00
    assert_books_agree()


def test_staff_write_down_that_a_parcel_arrived(desk, order):
    part = order.suborders.get()

    desk.post(f"/organize/orders/{order.pk}/arrived/?part={part.pk}", {"reason": "DHL says so"})

    part.refresh_from_db()
    assert (part.state, part.delivered_how) == ("delivered", "staff")


def test_an_organizer_keeps_the_earnings_of_a_parcel_and_lets_them_go(desk, order):
    part = order.suborders.get()
    page = f"/organize/orders/{order.pk}/keep/?part={part.pk}"
    seen = f"/organize/desk_orders/inspect/{order.pk}/"
    assert desk.get(seen).text.count("Keep its earnings") == 2  # on the button, and in its name
    assert desk.post(page, {"reason": ""}).status_code == 422

    desk.post(page, {"reason": "Two shoppers call it a fake"})
    part.refresh_from_db()
    assert part.held_at is not None
    assert "Two shoppers call it a fake" in desk.get(seen).text
    assert "Let go its earnings" in desk.get(seen).text
    desk.post(page, {"reason": "It is none"})

    part.refresh_from_db()
    assert part.held_at is None


def test_the_order_says_who_answered_a_request(desk, order):
    part = order.suborders.get()
    request = ask(order.pk, part.pk, "return", wish(order, 1, "broken"), at=NOON + DAY)
    refuse(request.pk, answer="It was worn", at=NOON + 2 * DAY, by=make.member(part.merchant))
    page = f"/organize/desk_orders/inspect/{order.pk}/"
    assert "The store: It was worn" in desk.get(page).text

    appeal(request.pk, at=NOON + 3 * DAY)
    refuse(request.pk, answer="So we think", at=NOON + 4 * DAY, by=organizer())

    assert "An organizer: So we think" in desk.get(page).text
