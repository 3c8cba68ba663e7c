"""What stands in the database, beside the rows that the desk shows: stuck money, words, states."""

from django_tasks_db.models import DBTaskResult

from cms.models import FestivalPage, Invitation
from shop.catalogue.models import Category, Product
from shop.core.jobs.models import FailedJob
from shop.festivals import translations
from shop.festivals.models import (
    BulkApproval,
    ChangeLog,
    Claim,
    Deal,
    Enrolment,
    Festival,
    Fund,
    Nomination,
    Participation,
    Promotion,
    Slot,
)
from shop.money.money_tasks.gate import open_task
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.apply import apply_session
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.money.settlements.models import Payout, PayoutBatch, PayoutMethod, Settlement
from shop.orders.models import Refund, SaleDecision
from shop.people.accounts.models import User
from shop.reports.models import PublicResult
from shop.storefront.feeds.models import Feed
from shop.storefront.share_links.models import ShareLink
from tests import make
from tests.cms.dashboard.people import BEFORE, organizer
from tests.paying import begin, set_clocks


def stamp_of(festival):
    """Return what the form of a festival's French words brings back."""
    slots = translations.named_slots(festival.slots.all())
    benefits = translations.titled_benefits(festival)
    return translations.stamp(translations.words_in(festival, slots, benefits, "fr"))


def stuck_money(sandbox):
    """Let a refund be refused for good, a payment wait for a person, and a message be given up."""
    set_clocks(sandbox, BEFORE)
    payment = begin(make.cart({make.variant(20_00): 1}), at=BEFORE)
    sandbox.pay(payment.session_id)
    (intent,) = sandbox.world.store.all("payment_intent")
    intent["amount_received"] = 19_99
    held = apply_session(payment.session_id, at=BEFORE)
    (charge,) = sandbox.world.store.all("charge")
    charge["refunded"] = True  # in the provider's dashboard, by a person
    owed = Operation.objects.create(
        kind="refund", cause="returned", state="blocked", payment=held, amount=1, currency="USD",
        request={"charge": held.charge_id, "operation": "none"}, made_at=BEFORE, run_after=BEFORE,
    )  # fmt: skip
    dead = GatewayEvent.objects.create(
        gateway_id="evt_1", kind="refund.updated", state="dead", is_live=False,
        next_try_at=BEFORE, received_at=BEFORE,
    )  # fmt: skip
    facts = {"at": BEFORE, "order": held.order, "payment": held, "amount": 1, "currency": "USD"}
    open_task("refund_stuck", owed, "It did not go.", operation=owed, **facts)
    open_task("message", dead, "It could not be applied.", event=dead, at=BEFORE)
    tasks = dict(MoneyTask.objects.values_list("kind", "pk"))
    return {
        "owed": tasks["refund_stuck"], "review": tasks["payment_review"],
        "dead": tasks["message"], "try_again": "try_again", "planner": organizer().pk,
    }  # fmt: skip


def state() -> list:
    """Return what somebody might have changed."""
    return [
        list(Festival.objects.order_by("pk").values_list("pk", "title", "state")),
        list(Slot.objects.order_by("pk").values_list("pk", "label")),
        list(Nomination.objects.order_by("pk").values_list("pk", "state")),
        list(Enrolment.objects.order_by("pk").values_list("pk", "state")),
        list(Product.objects.order_by("pk").values_list("pk", "state")),
        [Participation.objects.count(), FestivalPage.objects.count()],
        list(Category.objects.order_by("pk").values_list("pk", "name")),
        list(Deal.objects.order_by("pk").values_list("pk", "state")),
        list(Promotion.objects.order_by("pk").values_list("pk", "title", "state")),
        list(Invitation.objects.order_by("pk").values_list("email", "serial")),
        list(User.objects.order_by("pk").values_list("is_active", "groups__name")),
        [Claim.objects.count(), Fund.objects.count(), SaleDecision.objects.count()],
        list(FailedJob.objects.order_by("pk").values_list("pk", "closed_at")),
        list(BulkApproval.objects.order_by("pk").values_list("pk", "ended_at")),
        list(Operation.objects.order_by("pk").values_list("pk", "state")),
        list(Payment.objects.order_by("pk").values_list("pk", "state")),
        list(GatewayEvent.objects.order_by("pk").values_list("pk", "state")),
        [Refund.objects.count(), PayoutMethod.objects.filter(confirmed_at=None).count()],
        list(Settlement.objects.order_by("pk").values_list("pk", "state")),
        list(Payout.objects.order_by("pk").values_list("pk", "state", "batch")),
        list(PayoutBatch.objects.order_by("pk").values_list("pk", "state")),
        list(Feed.objects.values_list("pk", "key")),
        list(ShareLink.objects.order_by("pk").values_list("pk", "name", "stopped_at")),
        [ChangeLog.objects.count(), DBTaskResult.objects.count(), PublicResult.objects.count()],
    ]
