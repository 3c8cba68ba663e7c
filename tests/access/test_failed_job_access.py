"""What failed and the money that waits have no barriers, on a telephone and on a desk."""

import pytest

from shop.core.jobs import each
from shop.core.jobs.models import FailedJob
from shop.money.money_tasks.gate import open_task
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.orders.models import Order
from shop.reports.checks import look_around
from tests import make
from tests.access.inspector import Inspector
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.sample.loaded import root_collection
from tests.shop.merchant.dashboard.desk import EVIL

OURS = "main"


@pytest.fixture
def failed(market, stage, inspector: Inspector):
    """Let orders, a festival with a hostile name and a round itself fail."""
    root_collection()
    festival = make.festival(title=f"Fair {EVIL}")
    jar = make.variant(20_00)
    for _ in range(3):
        make.order({jar: 1})
    each("expire overdue orders", Order.objects.order_by("pk"), lambda _: 1 / 0, at=NOON)
    each("free what sponsors need not give", [festival], lambda _: {}[EVIL], at=NOON)
    look_around(at=NOON)
    inspector.within = OURS
    sign_in(inspector.page, organizer().email, "/organize/")
    return festival


def test_what_failed_and_closing_it_have_no_barriers(failed, inspector):
    first = FailedJob.objects.order_by("pk")[0]
    inspector.visit(
        "/organize/failed/", f"/organize/failed/{first.pk}/close/",
        "/organize/failed/?state=closed", f"/organize/festivals/{failed.pk}/health/",
    )  # fmt: skip

    assert inspector.found == []


@pytest.fixture
def stuck(market, stage, inspector: Inspector):
    """Let a refund, a payment and a message wait for a person, each with hostile words."""
    root_collection()
    facts = {"amount": 20_00, "currency": "USD", "request": {}, "made_at": NOON}
    held = Payment.objects.create(
        order=make.order({make.variant(20_00): 1}), state="review", session_ends_at=NOON,
        session_id="cs_test_" + "a" * 58, **facts
    )  # fmt: skip
    owed = Operation.objects.create(
        kind="refund", cause="late", state="blocked", payment=held, run_after=NOON,
        error=EVIL, **facts
    )  # fmt: skip
    dead = GatewayEvent.objects.create(
        gateway_id="evt_1", kind="checkout.session.async_payment_succeeded", state="dead",
        object_id=held.session_id, is_live=False, next_try_at=NOON, received_at=NOON, error=EVIL,
    )  # fmt: skip
    task = {"at": NOON, "order": held.order, "payment": held, "amount": 20_00, "currency": "USD"}
    open_task("payment_review", held, EVIL, **task)
    open_task("refund_stuck", owed, EVIL, operation=owed, **task)
    open_task("message", dead, EVIL, at=NOON, event=dead)
    inspector.within = OURS
    return dict(MoneyTask.objects.values_list("kind", "pk"))


@pytest.mark.parametrize("group", ["organizer", "analyst"])
def test_money_that_waits_has_no_barriers(stuck, inspector, group):
    sign_in(inspector.page, organizer(group).email, "/organize/")
    here = "/organize/money/"
    inspector.visit(here, f"{here}?q=BB", f"{here}{stuck['payment_review']}/")
    if group == "organizer":
        inspector.visit(
            f"{here}{stuck['refund_stuck']}/try_again/",
            f"{here}{stuck['refund_stuck']}/settled_elsewhere/",
            f"{here}{stuck['message']}/wrong_alarm/",
        )

    assert inspector.found == []
