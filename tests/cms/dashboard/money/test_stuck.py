"""Money that waits for a person: found, tried again, settled elsewhere, and never sent twice."""

from datetime import timedelta

import pytest

from shop.core.errors import StaleState
from shop.core.stored_names import stored_name
from shop.festivals.models import ChangeLog
from shop.money.ledger.models import LedgerEntry
from shop.money.money_tasks.gate import open_task
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.money.payments.operations import run_operations
from shop.money.payments.repair import settle_elsewhere, try_again
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver
from tests.shop.money.payments.books import refunded
from tests.shop.money.payments.late import owed_back

pytestmark = pytest.mark.django_db
LIST = "/organize/money/"
REASON = {"reason": "The bank had a fault."}
PAID = {"reference": "Ecobank 12 May 8812", "reason": "The card was closed."}


@pytest.fixture
def blocked(till):
    """Return a refund that the provider refused for good."""
    found = owed_back(till)
    till.fail_next(400, code="charge_disputed", on="POST /v1/refunds")
    run_operations(at=NOON)
    found.refresh_from_db()
    assert found.state == "blocked"
    return found


def task_of(row):
    """Return the task that stands open, or stood last, about a row."""
    return MoneyTask.objects.filter(about=f"{stored_name(row)}-{row.pk}").latest("pk")


def where(row, outcome=""):
    return f"{LIST}{task_of(row).pk}/" + (f"{outcome}/" if outcome else "")


def owed():
    rows = LedgerEntry.objects.filter(account="refunds_due").values_list("amount", flat=True)
    return -sum(rows)


def test_the_first_screen_says_how_much_waits_and_leads_there(desk, blocked):
    said = f'<a href="{LIST}">1 matter of money</a>'
    assert said in desk.get("/organize/").text

    settle_elsewhere(task_of(blocked), **PAID, at=NOON, by=organizer())

    assert said not in desk.get("/organize/").text


def test_the_list_names_order_amount_and_kind_and_the_task_what_may_be_done(desk, blocked):
    page = desk.get(LIST).text

    assert blocked.payment.order.number in page
    assert "$20.00" in page
    assert "Refund stuck" in page
    assert "overdue" in page
    assert "Try again" in desk.get(where(blocked)).text
    assert blocked.payment.order.contact.email not in page


def test_an_order_is_found_by_its_number(desk, blocked):
    number = blocked.payment.order.number

    assert number in desk.get(LIST, {"q": number}).text.split("</form>")[-1]
    assert "Nothing fits" in desk.get(LIST, {"q": "BB-2027-999999"}).text


def test_it_stays_however_old_it_is_until_somebody_closes_it(desk, blocked):
    Operation.objects.update(run_after=NOON - timedelta(days=90), made_at=NOON - timedelta(days=90))

    assert blocked.payment.order.number in desk.get(LIST).text


def test_trying_again_sends_it_once_under_a_new_key(desk, blocked, till):
    before = blocked.uuid
    desk.post(where(blocked, "try_again"), REASON)
    desk.post(where(blocked, "try_again"), REASON)
    run_operations(at=NOON)
    run_operations(at=NOON + timedelta(minutes=3))

    blocked.refresh_from_db()
    assert (blocked.state, blocked.uuid != before) == ("done", True)
    assert refunded(till) == [20_00]
    assert ChangeLog.objects.filter(subject="operation", action="try again").count() == 1
    assert_books_agree()


def test_what_went_meanwhile_is_found_and_not_sent_again(desk, till):
    operation = owed_back(till)
    till.fail_next(400, executed=True, on="POST /v1/refunds")
    run_operations(at=NOON)
    assert refunded(till) == [20_00]

    answer = desk.post(where(operation, "try_again"), REASON, follow=True)

    operation.refresh_from_db()
    assert operation.state == "done"
    assert "had sent it already" in answer.text
    run_operations(at=NOON + timedelta(minutes=5))
    assert refunded(till) == [20_00]
    assert_books_agree()


def test_while_the_provider_is_silent_nothing_is_decided(desk, blocked, till):
    till.fail_next(503, 503, on="GET /v1/refunds")

    answer = desk.post(where(blocked, "settled_elsewhere"), PAID)

    assert answer.status_code == 422
    assert "does not answer" in answer.text
    assert task_of(blocked).is_open


def test_settled_elsewhere_is_booked_and_logged_with_its_reference(desk, blocked, till):
    assert owed() == 20_00

    desk.post(where(blocked, "settled_elsewhere"), PAID)

    blocked.refresh_from_db()
    assert (blocked.state, blocked.resolution) == ("done", {"how": "elsewhere"} | PAID)
    assert blocked.resolved_by.email
    assert blocked.payment.state == "refunded"
    assert owed() == 0
    bank = LedgerEntry.objects.get(account="bank")
    assert bank.amount == -20_00
    change = ChangeLog.objects.get(subject="operation")
    assert task_of(blocked).outcome == "settled_elsewhere"
    assert (change.action, change.reason) == ("settle elsewhere", PAID["reason"])
    run_operations(at=NOON + timedelta(days=2))
    assert refunded(till) == []
    assert "No money waits for a person." in desk.get(LIST).text
    assert_books_agree()


def test_it_is_settled_once(desk, blocked):
    desk.post(where(blocked, "settled_elsewhere"), PAID)
    answer = desk.post(where(blocked, "settled_elsewhere"), PAID, follow=True)

    assert "does not wait for anybody" in answer.text
    assert LedgerEntry.objects.filter(account="bank").count() == 1


def test_without_reference_or_reason_nothing_is_settled(desk, blocked):
    settle = where(blocked, "settled_elsewhere")
    for missing in PAID:
        assert desk.post(settle, PAID | {missing: " "}).status_code == 422
    assert task_of(blocked).is_open


def test_a_payment_in_review_is_let_go_when_its_money_went_back(desk, till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    (intent,) = till.world.store.all("payment_intent")
    intent["amount_received"] = 19_99
    deliver(till)
    look = where(payment, "look")
    assert payment.order.number in desk.get(LIST).text
    assert "still there" in desk.post(look, follow=True).text

    (charge,) = till.world.store.all("charge")
    charge["refunded"] = True
    assert "went back" in desk.post(look, follow=True).text

    assert Payment.objects.get().state == "refunded"
    assert desk.post(look).status_code == 404


def test_a_message_that_was_given_up_is_applied_again_or_closed(desk):
    event = GatewayEvent.objects.create(
        gateway_id="evt_1", kind="refund.updated", object_id="re_1", is_live=False, state="dead",
        tries=10, next_try_at=NOON, received_at=NOON, error="Nobody knows",
    )  # fmt: skip
    open_task("message", event, "refund.updated could not be applied", event=event, at=NOON)
    assert "refund.updated" in desk.get(LIST).text

    desk.post(where(event, "apply_again"), REASON)
    event.refresh_from_db()
    assert (event.state, event.tries) == ("new", 0)
    GatewayEvent.objects.update(state="dead")
    open_task("message", event, "refund.updated could not be applied", event=event, at=NOON)
    assert desk.post(where(event, "wrong_alarm"), {"reason": ""}).status_code == 422
    desk.post(where(event, "wrong_alarm"), {"reason": "Of a test"})

    event.refresh_from_db()
    assert event.state == "done"
    assert "No money waits" in desk.get(LIST).text


def test_the_list_asks_the_same_however_much_waits(desk, blocked):
    with statements(most=40) as few:
        desk.get(LIST)
    for _number in range(5):
        order = make.order({make.variant(): 1})
        open_task("dispute", order, "Disputed.", at=NOON, order=order, amount=1, currency="USD")
    with statements(most=40) as many:
        desk.get(LIST)

    assert len(many) == len(few)


def test_two_people_settle_it_once(blocked):
    """Both read it before one of them wrote."""
    first, second = (task_of(blocked) for _person in range(2))
    settle_elsewhere(first, **PAID, at=NOON, by=organizer())

    with pytest.raises(StaleState):
        settle_elsewhere(second, **PAID, at=NOON, by=organizer())

    assert LedgerEntry.objects.filter(account="bank").count() == 1


def test_what_is_being_sent_again_is_not_settled_elsewhere_too(blocked):
    """Whoever settles it read it before the other let it be sent again: it would go twice."""
    seen = task_of(blocked)
    try_again(task_of(blocked), **REASON, at=NOON, by=organizer())

    with pytest.raises(StaleState):
        settle_elsewhere(seen, **PAID, at=NOON, by=organizer())

    assert not LedgerEntry.objects.filter(account="bank").exists()


def test_a_task_is_given_to_a_colleague_found_under_their_name_and_taken_back(desk, blocked):
    kofi = organizer()
    desk.post(where(blocked), {"owner": kofi.pk})
    assert task_of(blocked).owner == kofi
    number = blocked.payment.order.number
    assert number not in desk.get(LIST, {"owner": "nobody"}).text
    desk.force_login(kofi)
    assert number in desk.get(LIST, {"owner": "me"}).text

    desk.post(where(blocked), {"owner": ""})

    assert task_of(blocked).owner is None


def test_nobody_outside_the_desk_becomes_its_owner(desk, blocked):
    desk.post(where(blocked), {"owner": make.user().pk})

    assert task_of(blocked).owner is None


def test_a_closed_task_is_found_with_outcome_reason_and_name(desk, blocked):
    desk.post(where(blocked, "settled_elsewhere"), PAID)

    page = desk.get(LIST, {"state": "done"}).text
    assert "Settled elsewhere" in page
    assert PAID["reason"] in page
    assert "What may be done" not in desk.get(where(blocked)).text


def test_what_a_filter_shows_is_taken_away_as_a_sheet(desk, blocked):
    MoneyTask.objects.update(what="=cmd()")
    assert "export=csv" in desk.get(LIST).text
    sheet = b"".join(desk.get(LIST, {"export": "csv"}).streaming_content).decode("utf-8-sig")

    head, row = sheet.strip().splitlines()
    assert head.startswith("order,kind,what,amount,currency")
    assert row.startswith(f"{blocked.payment.order.number},Refund stuck,'=cmd(),20.00,USD,")
    closed = b"".join(desk.get(LIST, {"export": "csv", "state": "done"}).streaming_content)
    assert len(closed.decode().strip().splitlines()) == 1
