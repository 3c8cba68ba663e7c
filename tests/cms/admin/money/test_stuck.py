"""Money that waits for a person: found, tried again, settled elsewhere, and never sent twice."""

from datetime import timedelta

import pytest

from shop.errors import StaleState
from shop.festivals.models import ChangeLog
from shop.ledger.models import LedgerEntry
from shop.payments.models import GatewayEvent, Operation, Payment
from shop.payments.operations import run_operations
from shop.payments.repair import settle_elsewhere, stuck_operations, try_again
from tests import make
from tests.budgets import statements
from tests.cms.admin.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver, set_clocks
from tests.shop.payments.books import refunded
from tests.shop.payments.late import owed_back

pytestmark = pytest.mark.django_db
LIST = "/organize/money/"
PAID = {"reference": "Ecobank 12 May 8812", "reason": "The card was closed."}


@pytest.fixture
def till(sandbox, clock_at):
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    return sandbox


@pytest.fixture
def desk(client, till):
    client.force_login(organizer())
    return client


@pytest.fixture
def blocked(till):
    """Return a refund that the provider refused for good."""
    found = owed_back(till)
    till.fail_next(400, code="charge_disputed", on="POST /v1/refunds")
    run_operations(at=NOON)
    found.refresh_from_db()
    assert found.state == "blocked"
    return found


def owed():
    rows = LedgerEntry.objects.filter(account="refunds_due").values_list("amount", flat=True)
    return -sum(rows)


def test_the_first_screen_says_how_much_waits_and_leads_there(desk, blocked):
    where = f'<a href="{LIST}">1 matter of money</a>'
    assert where in desk.get("/organize/").text

    settle_elsewhere(blocked, **PAID, at=NOON, by=organizer())

    assert where not in desk.get("/organize/").text


def test_the_list_names_order_amount_cause_and_age(desk, blocked):
    page = desk.get(LIST).text

    assert blocked.payment.order.number in page
    assert "$20.00" in page
    assert "The money came when the goods were gone" in page
    assert "Try again" in page
    assert blocked.payment.order.contact.email not in page


def test_an_order_is_found_by_its_number(desk, blocked):
    number = blocked.payment.order.number

    assert number in desk.get(LIST, {"q": number}).text.split("</form>")[-1]
    assert "No refund waits" in desk.get(LIST, {"q": "BB-2027-999999"}).text


def test_it_stays_however_old_it_is_until_somebody_closes_it(desk, blocked):
    Operation.objects.update(run_after=NOON - timedelta(days=90), made_at=NOON - timedelta(days=90))

    assert blocked.payment.order.number in desk.get(LIST).text


def test_trying_again_sends_it_once_under_a_new_key(desk, blocked, till):
    before = blocked.uuid
    desk.post(f"{LIST}{blocked.pk}/again/")
    desk.post(f"{LIST}{blocked.pk}/again/")
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

    answer = desk.post(f"{LIST}{operation.pk}/again/", follow=True)

    operation.refresh_from_db()
    assert operation.state == "done"
    assert "had sent it already" in answer.text
    run_operations(at=NOON + timedelta(minutes=5))
    assert refunded(till) == [20_00]
    assert_books_agree()


def test_while_the_provider_is_silent_nothing_is_decided(desk, blocked, till):
    till.fail_next(503, 503, on="GET /v1/refunds")

    answer = desk.post(f"{LIST}{blocked.pk}/settle/", PAID)

    assert answer.status_code == 422
    assert "does not answer" in answer.text
    assert stuck_operations().count() == 1


def test_settled_elsewhere_is_booked_and_logged_with_its_reference(desk, blocked, till):
    assert owed() == 20_00

    desk.post(f"{LIST}{blocked.pk}/settle/", PAID)

    blocked.refresh_from_db()
    assert (blocked.state, blocked.resolution) == ("done", {"how": "elsewhere"} | PAID)
    assert blocked.resolved_by.email
    assert blocked.payment.state == "refunded"
    assert owed() == 0
    bank = LedgerEntry.objects.get(account="bank")
    assert bank.amount == -20_00
    change = ChangeLog.objects.get(subject="operation")
    assert (change.action, change.reason) == ("settle elsewhere", PAID["reason"])
    run_operations(at=NOON + timedelta(days=2))
    assert refunded(till) == []
    assert "No refund waits for a person." in desk.get(LIST).text
    assert_books_agree()


def test_it_is_settled_once(desk, blocked):
    desk.post(f"{LIST}{blocked.pk}/settle/", PAID)
    answer = desk.post(f"{LIST}{blocked.pk}/settle/", PAID, follow=True)

    assert "does not wait for anybody" in answer.text
    assert LedgerEntry.objects.filter(account="bank").count() == 1


def test_without_reference_or_reason_nothing_is_settled(desk, blocked):
    for missing in PAID:
        assert desk.post(f"{LIST}{blocked.pk}/settle/", PAID | {missing: " "}).status_code == 422
    assert stuck_operations().count() == 1


def test_a_payment_in_review_is_let_go_when_its_money_went_back(desk, till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    (intent,) = till.world.store.all("payment_intent")
    intent["amount_received"] = 19_99
    deliver(till)
    look = f"{LIST}payments/{payment.pk}/look/"
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
    assert "evt_1" not in desk.get(LIST).text
    assert "refund.updated" in desk.get(LIST).text

    desk.post(f"{LIST}messages/{event.pk}/again/")
    event.refresh_from_db()
    assert (event.state, event.tries) == ("new", 0)
    GatewayEvent.objects.update(state="dead")
    assert desk.post(f"{LIST}messages/{event.pk}/close/", {"reason": ""}).status_code == 422
    desk.post(f"{LIST}messages/{event.pk}/close/", {"reason": "Of a test"})

    event.refresh_from_db()
    assert event.state == "done"
    assert "No message waits" in desk.get(LIST).text


def test_the_list_asks_the_same_however_much_waits(desk, blocked):
    with statements(most=40) as few:
        desk.get(LIST)
    for number in range(5):
        Operation.objects.create(
            kind="refund", cause="returned", payment=blocked.payment, amount=1, currency="USD",
            request={}, made_at=NOON, run_after=NOON, state="failed", remote_id=f"re_{number}",
        )  # fmt: skip
    with statements(most=40) as many:
        desk.get(LIST)

    assert len(many) == len(few)


def test_two_people_settle_it_once(blocked):
    """Both read it before one of them wrote."""
    first, second = (Operation.objects.get(pk=blocked.pk) for _person in range(2))
    settle_elsewhere(first, **PAID, at=NOON, by=organizer())

    with pytest.raises(StaleState):
        settle_elsewhere(second, **PAID, at=NOON, by=organizer())

    assert LedgerEntry.objects.filter(account="bank").count() == 1


def test_what_is_being_sent_again_is_not_settled_elsewhere_too(blocked):
    """Whoever settles it read it before the other let it be sent again: it would go twice."""
    seen = Operation.objects.get(pk=blocked.pk)
    try_again(blocked, at=NOON, by=organizer())

    with pytest.raises(StaleState):
        settle_elsewhere(seen, **PAID, at=NOON, by=organizer())

    assert not LedgerEntry.objects.filter(account="bank").exists()
