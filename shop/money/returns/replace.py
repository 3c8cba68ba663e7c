"""Goods that are sent once more: asked for by a store or an organizer, sent, there, or cancelled.

The units come from what nobody was promised. Until the replacement is there the parcel's earnings
wait, and the units can neither be asked back nor, before they have left, be paid back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.delivery.carriers import carried_by
from shop.catalogue.delivery.quote import workdays_of, working_day
from shop.catalogue.stock import units as stock
from shop.core.errors import NotPossible, StaleState, Unavailable
from shop.core.jobs import each
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.festivals.deals import reserved_stock
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.parcels import is_suspected
from shop.money.returns.answer import put_on_desk, with_order
from shop.money.returns.ask import ANSWER_WITHIN
from shop.money.returns.models import ReturnRequest
from shop.money.returns.replacement_mail import send_replacement_news, tell_store_of_replacement
from shop.money.returns.rules import asked_units
from shop.orders import end
from shop.orders.after_sale.arrive import AFTER_DELIVERY, LAPSE, LEAST_ON_ITS_WAY, lapses_at
from shop.orders.after_sale.contents import units_of
from shop.orders.models import Order, OrderLine, Replacement, ReplacementLine, Suborder
from shop.people.accounts.models import User
from shop.storefront.listings.refresh import note_stock

State, Asked = Replacement.State, ReturnRequest.State
MOST_WORDS = 300
MOST_AT_ONCE = 500
LEAST_ON_THE_WAY = timedelta(days=3)


class ReplaceFacts(TypedDict):
    """Why, when and by whom something is sent once more."""

    reason: str
    at: datetime
    by: User


@transaction.atomic
def send_again(
    part_id: int, units: Mapping[int, int], *, reason: str, at: datetime, by: User
) -> Replacement:
    """Let a store send units of a parcel once more, without money; its shopper is told.

    Args:
        units: by line id; none that its shopper asks back, which ``answer_by`` replaces.

    Raises:
        NotPossible: there is no reason, the parcel has not left, its money is in question, or
            fewer units are left of the order or in stock.
    """
    order = end.lock(Suborder.objects.values_list("order", flat=True).get(pk=part_id))
    part = order.suborders.select_related("merchant").get(pk=part_id)
    return _make(order, part, units, reason=reason, at=at, by=by)


@transaction.atomic
def answer_by(request_id: int, *, answer: str, at: datetime, by: User) -> Replacement:
    """Answer a request by sending its goods once more; nothing is paid back.

    What came back with the shopper's parcel, if anything did, is counted into the stock by hand.

    Raises:
        NotPossible: as ``send_again``, or nothing waits for that answer.
    """
    order, request = with_order(request_id)
    if request.state == Asked.SENT and request.kind == ReturnRequest.Kind.RETURN:
        request.move_to(Asked.RECEIVED, received_at=at)
    may = Asked.REPLACED in ReturnRequest.NEXT[request.state]
    if not may or request.kind == ReturnRequest.Kind.CANCEL:
        raise NotPossible(_("This was decided meanwhile. Look at it again."))
    gate.close_by_itself(request, kind=MoneyTask.Kind.RETURN, at=at)
    units = dict(request.lines.values_list("line", "quantity"))
    part = order.suborders.select_related("merchant").get(pk=request.suborder_id)
    own = units if request.is_alive else {}
    made = _make(order, part, units, own, reason=answer, at=at, by=by)
    said = answer.strip()[:MOST_WORDS]
    request.move_to(
        Asked.REPLACED, answer=said, answered_at=at, answered_by=by, closed_at=at, replacement=made
    )
    note(request, Asked.REPLACED, at=at, by=by, festival=None, reason=said)
    return made


@transaction.atomic
def cancel(replacement_id: int, *, reason: str, at: datetime, by: User) -> None:
    """Cancel a replacement that has not left: its units can be sold, its request is asked again.

    Raises:
        NotPossible: there is no reason, or it has left or was cancelled.
    """
    if not reason.strip():
        raise NotPossible(_("Say why: the shopper reads it."))
    order, row = _with_order(replacement_id)
    request = _lock_request(row)
    said = reason.strip()[:MOST_WORDS]
    _step(row, State.CANCELLED, cancelled_at=at, cancelled_by=by, reason=said)
    units = _pools(row.lines.select_related("line"))
    if request is not None:
        _ask_anew(request, order, at=at)
    stock.give_back(units)
    note_stock(units, at=at)
    note(order, "replacement cancelled", at=at, by=by, festival=None, reason=said,
         after={"replacement": row.pk})  # fmt: skip
    enqueue(send_replacement_news, row.pk, State.CANCELLED)


@transaction.atomic
def send(
    replacement_id: int, *, carrier: str, tracking_number: str, at: datetime, by: User,
    seen: int | None = None,
) -> None:  # fmt: skip
    """Record that a replacement has left, and mail the shopper.

    Args:
        seen: the id of the contact whose address was shown, if one was.

    Raises:
        NotPossible: it has left or was cancelled, or its order's money is in question.
        StaleState: the address was mended since it was shown; the parcel bears the wrong one.
    """
    order, row = _with_order(replacement_id)
    if seen not in (None, order.contact_id):
        raise StaleState
    _refuse_in_question(order)
    way = row.arrives_to - row.ship_by
    _step(
        row, State.SHIPPED, shipped_at=at, shipped_by=by, contact_id=order.contact_id,
        arrives_to=at.date() + way,
        **carried_by(carrier, tracking_number, country=row.suborder.merchant.country),
    )  # fmt: skip
    units = _pools(row.lines.select_related("line"))
    stock.ship(units, at=at, by=by, note=order.number)
    enqueue(send_replacement_news, row.pk, State.SHIPPED)


@transaction.atomic
def came(
    replacement_id: int, how: str, *, at: datetime, by: User | None = None, reason: str = ""
) -> None:
    """Write down that a replacement is there: its parcel counts as delivered since now.

    Safe to repeat. What it holds can be asked back from now on, and earnings that are not settled
    wait as long as after a delivery.

    Raises:
        NotPossible: it has not left.
    """
    part_id = Replacement.objects.values_list("suborder", flat=True).get(pk=replacement_id)
    part = lock_one(Suborder.objects.select_related("order"), part_id)
    row = Replacement.objects.get(pk=replacement_id)
    if row.state == State.DELIVERED:
        return
    if row.state != State.SHIPPED:
        raise NotPossible(_("Only a parcel that was sent can have arrived."))
    row.move_to(State.DELIVERED, delivered_at=at, delivered_how=how)
    facts: dict[str, Any] = {"replaced_at": at, "release_at": at + AFTER_DELIVERY}
    if part.state == Suborder.State.SHIPPED:
        part.move_to(Suborder.State.DELIVERED, delivered_at=at, delivered_how=how, **facts)
    else:
        later = max(part.release_at or at, at + AFTER_DELIVERY)
        is_fixed = part.settled_at or part.state == Suborder.State.WAITING  # more is to be sent
        facts["release_at"] = part.release_at if is_fixed else later
        Suborder.objects.filter(pk=part.pk).update(**facts)
    if by is not None and how == Suborder.Arrival.STAFF:
        note(part.order, "arrived", at=at, by=by, festival=None, reason=reason,
             after={"replacement": row.pk})  # fmt: skip


def take_as_there(*, at: datetime) -> int:
    """Take replacements as delivered that should have been long ago; return how many. In the beat.

    As of any parcel: a week after its last day, where nobody says otherwise.
    """
    rows = Replacement.objects.filter(state=State.SHIPPED, arrives_to__lt=(at - LAPSE).date())
    due = rows.filter(shipped_at__lte=at - LEAST_ON_ITS_WAY).order_by("arrives_to", "pk")
    ids = [
        row.pk
        for row in due[:MOST_AT_ONCE]
        if row.shipped_at and lapses_at(row.arrives_to, row.shipped_at) <= at
    ]

    def one(pk: int) -> None:
        came(pk, Suborder.Arrival.LAPSE, at=at)

    return each("take replacements as delivered", ids, one, at=at, about=Replacement)


def left_to_replace(part: Suborder, own: Mapping[int, int] | None = None) -> dict[OrderLine, int]:
    """Return the lines of which parcels have left, with how many units can be sent again.

    Not what was paid back, what is asked back, and what is being replaced.

    Args:
        own: units of the request that is answered, by line id.
    """
    if not part.service:
        return {}
    lines = list(part.lines.all())
    places, asked = units_of(lines), Counter(asked_units(lines))
    asked.subtract(own or {})
    left = {line: places[line.pk].sent - asked[line.pk] for line in lines}
    return {line: count for line, count in left.items() if count > 0}


def is_in_question(order: Order) -> bool:
    """Return whether a bank asks for an order's money, or warns of fraud: nothing more is given."""
    disputes = Dispute.objects.filter(payment__order=order, state__in=Dispute.LIVE)
    return disputes.exists() or is_suspected(order)


def _make(
    order: Order,
    part: Suborder,
    units: Mapping[int, int],
    own: Mapping[int, int] | None = None,
    **facts: Unpack[ReplaceFacts],
) -> Replacement:
    at, said = facts["at"], facts["reason"].strip()[:MOST_WORDS]
    if not said:
        raise NotPossible(_("Say why: the shopper reads it."))
    _refuse_in_question(order)
    left = left_to_replace(part, own)
    lines = {line.pk: line for line in left}
    chosen = {pk: count for pk, count in units.items() if count}
    if not chosen:
        raise NotPossible(_("Choose what it is about."))
    if any(pk not in lines or not 0 < count <= left[lines[pk]] for pk, count in chosen.items()):
        raise NotPossible(_("Fewer of them can be sent again. Look at the order again."))
    ship_by, arrives_to = _days(part, at.date())
    made = Replacement.objects.create(
        suborder=part,
        reason=said,
        made_at=at,
        made_by=facts["by"],
        ship_by=ship_by,
        arrives_to=arrives_to,
    )
    rows = [
        ReplacementLine(replacement=made, line=lines[pk], quantity=count)
        for pk, count in sorted(chosen.items())
    ]
    ReplacementLine.objects.bulk_create(rows)
    _take(_pools(rows), at=at)
    note(order, "replacement", at=at, by=facts["by"], festival=None, reason=said,
         after={"replacement": made.pk, "part": part.pk})  # fmt: skip
    enqueue(send_replacement_news, made.pk, State.WAITING)
    enqueue(tell_store_of_replacement, made.pk)
    return made


def _take(units: Mapping[int, int], *, at: datetime) -> None:
    """Promise units of pools that are free and wait for no deal, as a sale would.

    Raises:
        NotPossible: too few are left.
    """
    stock.lock(units)
    # Read in a statement of its own, after the wait for the locks is over.
    fence = reserved_stock.set_aside(units, at=at)
    try:
        stock.hold(units, everyday=units, fence=fence)
    except Unavailable as gone:
        raise NotPossible(
            _("Too few are left in stock to send them again. Send the money back instead.")
        ) from gone
    stock.settle(units)
    note_stock(units, at=at)


def _days(part: Suborder, today: date) -> tuple[date, date]:
    """Return until when a replacement leaves, and is there: as long as the parcel took."""
    ship_by = working_day(today, part.merchant.dispatch_to, workdays_of(part.merchant))
    way = LEAST_ON_THE_WAY
    if part.ship_by and part.arrives_to:
        way = max(way, part.arrives_to - part.ship_by)
    return ship_by, ship_by + way


def _refuse_in_question(order: Order) -> None:
    if not order.is_paid or is_in_question(order):
        raise NotPossible(_("Do not send this parcel: its payment is in question."))


def _step(row: Replacement, state: str, **changes: Any) -> None:
    try:
        row.move_to(state, **changes)
    except StaleState as too_late:
        raise NotPossible(_("This replacement has left, or was cancelled.")) from too_late


def _with_order(replacement_id: int) -> tuple[Order, Replacement]:
    order_id = Order.objects.filter(suborders__replacements=replacement_id)
    order = end.lock(order_id.values_list("pk", flat=True).get())
    rows = Replacement.objects.select_related("suborder__merchant")
    return order, rows.get(pk=replacement_id)


def _lock_request(row: Replacement) -> ReturnRequest | None:
    found = ReturnRequest.objects.filter(replacement=row).values_list("pk", flat=True).first()
    return None if found is None else lock_one(ReturnRequest.objects, found)


def _ask_anew(request: ReturnRequest, order: Order, *, at: datetime) -> None:
    """Let a request be answered anew: by its store, or by an organizer who was asked before."""
    is_organizers = request.appealed_at is not None
    request.move_to(
        Asked.APPEALED if is_organizers else Asked.ASKED,
        replacement=None, closed_at=None, answer_by=at + ANSWER_WITHIN,
    )  # fmt: skip
    if is_organizers:
        put_on_desk(request, order, "Its replacement was cancelled. Decide anew.", at=at)


def _pools(rows: Collection[ReplacementLine]) -> Counter[int]:
    """Return units of lines as units of their pools."""
    found: Counter[int] = Counter()
    for row in rows:
        found[row.line.pool_id] += row.pool_units
    return found
