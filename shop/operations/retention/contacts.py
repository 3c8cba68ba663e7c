"""Which contacts may still be kept; the others are blanked beside their orders, or deleted.

A contact of a paid order is needed as long as its documents are; of an order that was never paid
until nobody asks about it any more. What its shopper wrote and sent along to return something goes
with it, and so do messages between shopper and stores, and what organizers and stores wrote about
the order. Each is judged once after 90 days and then once a year, so that a round reads none that
is young, and none that is blank.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from shop.catalogue.delivery.models import Contact
from shop.core.images.models import IncomingFile
from shop.core.jobs import repeat
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import (
    Dispute,
    DisputeAnswer,
    DisputeEvidence,
    EvidenceDocument,
)
from shop.money.payments.models import Operation, Payment
from shop.money.returns.models import ReturnLine, ReturnPicture, ReturnRequest
from shop.orders.cart.models import Cart
from shop.orders.models import Order, OrderMessage, OrderNote, Refund, Replacement, Shipment

UNPAID_FOR = timedelta(days=90)
JUDGED_AGAIN = timedelta(days=365)
BATCH = 500

MONEY_AT_WORK = (Payment.State.PROCESSING, Payment.State.REVIEW, Payment.State.REFUNDING)
NOT_THROUGH = (
    Operation.State.QUEUED,
    Operation.State.SENDING,
    Operation.State.PENDING,
)


def documents_kept() -> timedelta:
    """Return how long the documents of a sale are kept, from the last one on."""
    return timedelta(days=round(365.25 * settings.DOCUMENTS_KEPT_YEARS))


def forget_contacts(*, at: datetime) -> int:
    """Blank or delete contacts that nothing needs any more; return how many were judged."""

    def some() -> int:
        live = Contact.objects.filter(blanked_at=None)
        new = live.filter(judged_at=None, made_at__lt=at - UNPAID_FOR).order_by("made_at")
        again = live.filter(judged_at__lt=at - JUDGED_AGAIN).order_by("judged_at")
        ids = list(new.values_list("pk", flat=True)[:BATCH])
        ids = ids or list(again.values_list("pk", flat=True)[:BATCH])
        forget(ids, at=at)
        return len(ids)

    return repeat(some)


@transaction.atomic
def forget(
    contact_ids: Collection[int], *, at: datetime, unpaid_for: timedelta = UNPAID_FOR
) -> int:
    """Blank or delete those contacts that nothing needs; the others are judged again in a year.

    What is judged and what is done is one statement each: an order that is made of a cart's
    address meanwhile keeps it.

    Args:
        unpaid_for: how long contacts of orders are kept that were never paid.

    Returns:
        How many are gone.
    """
    rows = Contact.objects.filter(pk__in=contact_ids, blanked_at=None)
    free = rows.filter(~_needed(at, unpaid_for))
    gone = free.filter(_is_written_down()).blank(at=at)
    gone += free.filter(~_is_written_down()).delete()[0]
    _forget_requests(contact_ids)
    _forget_words(contact_ids)
    rows.update(judged_at=at)
    _judge_unpaid_in_time(rows, at, unpaid_for)
    return gone


def needing(orders: QuerySet[Order], at: datetime, unpaid_for: timedelta) -> QuerySet[Order]:
    """Keep the orders that need their contact: open ones, and those with documents or money."""
    since = at - documents_kept()
    own = {"order": OuterRef("pk")}
    money = Payment.objects.filter(**own, state__in=MONEY_AT_WORK)
    moved = Operation.objects.filter(payment__order=OuterRef("pk"))
    moved = moved.filter(
        Q(state__in=NOT_THROUGH)
        | Q(state__in=(Operation.State.BLOCKED, Operation.State.FAILED), resolved_at=None)
    )
    return orders.alias(ended=Coalesce("ended_at", "pay_by")).filter(
        Q(state=Order.State.PENDING)
        | Q(paid_at__gte=since)
        | Q(paid_at=None, ended__gt=at - unpaid_for)
        | Exists(Refund.objects.filter(**own, at__gte=since))
        | Exists(money)
        | Exists(moved)
        | Exists(Dispute.objects.filter(payment__order=OuterRef("pk"), state__in=Dispute.LIVE))
        | Exists(MoneyTask.objects.filter(**own, state=MoneyTask.State.OPEN))
    )


def _judge_unpaid_in_time(rows: QuerySet[Contact], at: datetime, unpaid_for: timedelta) -> None:
    """Have contacts of orders that were not paid judged again when their time is over.

    An order ends after its address was typed, so that it is young when that is judged first.
    """
    own = Order.objects.filter(contact=OuterRef("pk"), paid_at=None)
    own = own.alias(ended=Coalesce("ended_at", "pay_by")).filter(ended__gt=at - unpaid_for)
    last = own.order_by().values("contact").annotate(last=Max("ended")).values("last")
    rows.filter(Exists(own)).update(judged_at=Subquery(last) + (unpaid_for - JUDGED_AGAIN))


def _forget_requests(contact_ids: Collection[int]) -> None:
    """Take what shoppers wrote and sent along from requests of orders whose contact is blank."""
    requests = ReturnRequest.objects.filter(
        suborder__order__contact__in=contact_ids,
        suborder__order__contact__blanked_at__isnull=False,
    )
    ReturnPicture.objects.filter(line__request__in=requests).delete()
    IncomingFile.objects.filter(return_line__request__in=requests).delete()
    ReturnLine.objects.filter(request__in=requests).exclude(words="").update(words="")
    requests.update(carrier="", tracking_number="", has_pictures=False)


def _forget_words(contact_ids: Collection[int]) -> None:
    """Take words from orders whose contact is blank: messages, notes, what a bank was told."""
    orders = Order.objects.filter(contact__in=contact_ids, contact__blanked_at__isnull=False)
    OrderNote.objects.filter(order__in=orders).exclude(text="").update(text="")
    written = OrderMessage.objects.filter(suborder__order__in=orders)
    written.exclude(text="").update(text="")
    said = DisputeEvidence.objects.filter(suborder__order__in=orders)
    EvidenceDocument.objects.filter(evidence__in=said).delete()
    said.update(text="", tracking_number="")
    sent = DisputeAnswer.objects.filter(dispute__payment__order__in=orders)
    sent.exclude(texts={}).update(texts={})


def _needed(at: datetime, unpaid_for: timedelta) -> Q:
    """Return that a cart, an order or a parcel still needs a contact."""
    own = Order.objects.filter(contact=OuterRef("pk"))
    parcels = Shipment.objects.filter(contact=OuterRef(OuterRef("pk")))
    sent = Order.objects.filter(pk__in=parcels.values("suborder__order"))
    again = Replacement.objects.filter(contact=OuterRef(OuterRef("pk")))
    replaced = Order.objects.filter(pk__in=again.values("suborder__order"))
    return (
        Q(Exists(Cart.objects.filter(contact=OuterRef("pk"))))
        | Q(Exists(needing(own, at, unpaid_for)))
        | Q(Exists(needing(sent, at, unpaid_for)))
        | Q(Exists(needing(replaced, at, unpaid_for)))
    )


def _is_written_down() -> Q:
    """Return that an order or a parcel names a contact, and keeps its row."""
    own = {"contact": OuterRef("pk")}
    return (
        Q(Exists(Order.objects.filter(**own)))
        | Q(Exists(Shipment.objects.filter(**own)))
        | Q(Exists(Replacement.objects.filter(**own)))
    )
