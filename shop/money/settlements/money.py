"""The money of a store in one place: what is owed now, what is held and why, what was paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from shop.money.ledger.models import LedgerEntry
from shop.money.payments.models import Payment
from shop.money.settlements.claims import (
    claimable,
    coming_back,
    in_dispute,
    in_proposal,
    in_refund,
    in_replacement,
    in_return,
    in_review,
    in_warning,
    released,
    unclaimed,
)
from shop.money.settlements.dates import next_cut_off
from shop.money.settlements.models import Payout, Settlement
from shop.orders.models import Order, Suborder
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import Right, who_may


@dataclass(frozen=True, slots=True)
class StoreMoney:
    """What a store is owed, in minor units of the shop's currency.

    ``ready`` comes onto the next settlement; ``held`` waits.
    """

    ready: int
    held: int
    next_at: datetime
    last_paid: Settlement | None


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A part of an order whose earnings wait: until when, if that is known, and why."""

    part: Suborder
    order: Order
    amount: int
    until: datetime | None
    why: str


def money_of(merchant: Merchant, *, at: datetime) -> StoreMoney:
    """Return what a store is owed, and how it stands. Three statements."""
    currency = settings.SHOP_CURRENCY
    kept = Suborder.objects.filter(merchant=merchant)
    kept = kept.exclude(pk__in=released(merchant, cut_off=at, at=at))
    last = merchant.settlements.filter(state=Settlement.State.PAID).order_by("-paid_at").first()
    return StoreMoney(
        ready=-_sum(claimable(merchant, currency, cut_off=at, at=at)),
        held=-_sum(unclaimed(merchant, currency, drafts=True).filter(suborder__in=kept)),
        next_at=next_cut_off(merchant, at=at),
        last_paid=last,
    )


def held_parts(merchant: Merchant, *, at: datetime, currency: str = "") -> QuerySet[Suborder]:
    """Return the parts of orders whose earnings wait, the newest first, with what keeps them.

    Args:
        currency: the shop's, unless another is named, in which the store sold before.
    """
    entries = unclaimed(merchant, currency or settings.SHOP_CURRENCY, drafts=True)
    waiting = entries.filter(suborder=OuterRef("pk"))
    sums = waiting.order_by().values("suborder").annotate(sum=Sum("amount")).values("sum")
    rows = Suborder.objects.filter(merchant=merchant)
    rows = rows.exclude(pk__in=released(merchant, cut_off=at, at=at))
    early = Payment.objects.filter(order=OuterRef("order"), available_on__gt=at)
    return (
        rows.filter(Exists(waiting))
        .annotate(
            waits=Coalesce(Subquery(sums), 0),
            usable_from=Subquery(early.order_by("-available_on").values("available_on")[:1]),
            comes_back=coming_back(),
            **reasons(),
        )
        .select_related("order")
        .order_by("-pk")
    )


def kept_from(row: Settlement, *, at: datetime) -> QuerySet[Suborder]:
    """Return the parts of orders that a draft would pay if nothing kept them."""
    rows = held_parts(row.merchant, at=at, currency=row.currency)
    return rows.filter(release_at__lte=row.cut_off)


def reasons() -> dict[str, Exists]:
    """Return what ``why_kept`` asks of a part beside its own fields, for a query to add."""
    return {
        "has_return": in_return(),
        "has_replacement": in_replacement(),
        "has_dispute": in_dispute(),
        "has_warning": in_warning(),
        "has_review": in_review(),
        "has_refund": in_refund(),
        "has_proposal": in_proposal(),
    }


def explained(rows: Iterable[Suborder], *, to_store: bool = True) -> Iterator[HeldPart]:
    """Yield the parts of ``held_parts`` with the reason in the language of the page."""
    for row in rows:
        why, until = _why_waits(row, to_store=to_store)
        yield HeldPart(row, row.order, -row.waits, until, why)


def _why_waits(row: Suborder, *, to_store: bool) -> tuple[str, datetime | None]:
    """Say why a part waits, and until when where that is known."""
    if row.comes_back:
        return _("It is being taken back from your account at the payment provider."), None
    if why := why_kept(row, to_store=to_store):
        return why, None
    if row.usable_from and row.release_at and row.usable_from > row.release_at:
        return _("The payment provider has not released this payment yet."), row.usable_from
    return _why_early(row), row.release_at


def settlements_of(merchant: Merchant) -> QuerySet[Settlement]:
    """Return the settlements of a store, the newest first; not those that were dropped."""
    rows = merchant.settlements.exclude(state=Settlement.State.VOID).select_related("merchant")
    return rows.prefetch_related("payouts").order_by("-pk")


def language_of(merchant: Merchant) -> str:
    """Return the language in which papers for a store are written: of who saw its money first."""
    members = Membership.objects.filter(who_may(Right.PAYOUTS), merchant=merchant)
    return members.order_by("pk").values_list("user__language", flat=True).first() or "en"


def payouts_of(settlement: Settlement) -> list[Payout]:
    """Return the tries to pay a settlement, the last first; not those that never left the desk.

    Read ``settlements_of``.
    """
    sent = (row for row in settlement.payouts.all() if row.state != Payout.State.VOID)
    return sorted(sent, key=lambda row: -row.pk)


def why_kept(row: Suborder, *, to_store: bool) -> str:
    """Say what keeps a part that would be released otherwise; empty where nothing does.

    It was read with ``reasons``. A store does not read that its shopper is suspected.
    """
    found = (
        (
            row.has_dispute,
            _("The shopper’s bank asks for the money. It waits until the bank has decided."),
        ),
        (
            row.has_warning,
            _("We are checking this payment with the bank. It waits until that is decided.")
            if to_store
            else "A fraud warning keeps it until it is decided on the money desk.",
        ),
        (
            row.has_return,
            _("The shopper asks for something back. It waits until that is decided."),
        ),
        (row.has_replacement, _("It waits until the replacement is there.")),
        (row.has_review, _("The payment of this order is looked at.")),
        (row.has_refund, _("A refund of this order is on its way.")),
        (row.has_proposal, _("A refund of this order waits for a decision.")),
        (row.stopped_at, _("The payment of this order is in question.")),
        (row.held_at, _("An organizer keeps it. Ask why.")),
    )
    return next((text for is_so, text in found if is_so), "")


def _why_early(row: Suborder) -> str:
    match row.state:
        case Suborder.State.WAITING if not row.service:
            return _("Two days after the visit has taken place.")
        case Suborder.State.WAITING:
            return _("Not sent yet. It is yours 14 days after it has arrived.")
        case Suborder.State.SHIPPED:
            return _("On its way. It is yours 14 days after it has arrived.")
        case _ if row.service:
            return _("Delivered. The shopper may complain for 14 days.")
        case _:
            return _("The visit has taken place. It is yours two days later.")


def _sum(entries: QuerySet[LedgerEntry]) -> int:
    return entries.order_by().aggregate(sum=Sum("amount"))["sum"] or 0
