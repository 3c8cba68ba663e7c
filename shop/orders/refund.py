"""Refunds of an order: computed per line, written down once, units returned.

Money is moved by ``payments.refund``; here stands how much, and for what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from shop.catalogue.stock import units as stock
from shop.core.errors import NotPossible
from shop.core.locks import lock
from shop.festivals.holds import counters
from shop.orders import holds
from shop.orders.after_sale import goodwill as kindness
from shop.orders.after_sale.claims import return_claims
from shop.orders.after_sale.contents import Units, pools_of, units_of
from shop.orders.models import (
    Order,
    OrderLine,
    Refund,
    RefundGoodwill,
    RefundLine,
    RefundParcel,
    Replacement,
    ReplacementLine,
    Suborder,
)
from shop.orders.shares import Share, share_of
from shop.people.accounts.models import User
from shop.storefront.listings.refresh import note_stock

ADDED = [Sum(name) for name in ("quantity", "paid", "funded", "commission")]


@dataclass(frozen=True, slots=True)
class Amount:
    """Money for a line without all of its price: of ``quantity`` units, or of none."""

    paid: int
    quantity: int = 0


def refunded(lines: Collection[OrderLine]) -> dict[int, int]:
    """Return how many units of lines went back already, by line id."""
    return {pk: share.quantity for pk, share in gone(lines).items()}


def gone(lines: Iterable[OrderLine]) -> dict[int, Share]:
    """Return what of lines went back already, by line id; nothing of those of which none did."""
    rows = RefundLine.objects.filter(line__in=list(lines)).values_list("line")
    return {row[0]: Share(*row[1:]) for row in rows.annotate(*ADDED).order_by()}


def delivery_left(suborder: Suborder) -> tuple[int, int]:
    """Return what is left of a parcel's delivery: of what its shopper paid, and was funded."""
    rows = RefundParcel.objects.filter(suborder=suborder)
    back = rows.aggregate(paid=Sum("paid"), funded=Sum("funded"))
    return (
        suborder.delivery_paid - (back["paid"] or 0),
        suborder.delivery_funded - (back["funded"] or 0),
    )


class RefundFacts(TypedDict):
    """Why, when and by whom something goes back, and what comes with it.

    ``restock`` are the lines whose units can be sold again; None: those that were not sent.
    ``of_sent`` says that units come from parcels that have left; else those that have not go first.
    ``goodwill`` is what the shopper gets beside, not saved, with who gives it. Where there is
    none, what was given before is kept as far as more than the order's total would go back.
    """

    cause: str
    at: datetime
    reason: NotRequired[str]
    by: NotRequired[User | None]
    restock: NotRequired[Collection[OrderLine] | None]
    of_sent: NotRequired[bool]
    goodwill: NotRequired[Collection[RefundGoodwill]]


def record[Part: OrderLine | Suborder](
    order: Order, parts: Mapping[Part, int | Amount], **facts: Unpack[RefundFacts]
) -> Refund:
    """Write down that units of a paid order go back, and let their pools have them again.

    While its deal runs a unit returns to the allotment and to what the shopper may buy, too. With
    the last unit of a parcel that was not sent its delivery goes back, whole. Where all that was
    left to send of one goes back, it counts as sent. A voucher comes back when all that it was used
    for has.

    Call it under the order's lock, inside the transaction that queues the money.

    Args:
        parts: how many units of each line, or how much of its price beside that; of a suborder,
            how much of its delivery goes back although its parcel was sent, or goes on.

    Raises:
        NotPossible: the order is not paid, or more would go back than was bought.
    """
    if not order.is_paid:
        raise NotPossible(_("Only a paid order can be refunded."))
    at, goodwill = facts["at"], list(facts.get("goodwill", ()))
    back = _worked_out(order, parts, goodwill, facts)
    if not goodwill and facts["cause"] not in kindness.PAID_BY_OTHERS:
        goods = sum(row.paid for row in back.rows) + sum(row.paid for row in back.parcels)
        goodwill = kindness.counted(order, goods)
    moved: list[RefundLine | RefundParcel | RefundGoodwill] = [
        *back.rows, *back.parcels, *goodwill
    ]  # fmt: skip
    refund = Refund.objects.create(
        order=order, cause=facts["cause"], reason=facts.get("reason", ""), at=at,
        amount=sum(row.paid for row in moved), by=facts.get("by"),
    )  # fmt: skip
    return_claims(refund, back.after, back.parcels)
    kindness.give(goodwill)
    whole = {line: count for line, count in back.there.items() if count == back.moving[line]}
    returned = holds.give_back(order, _of_deals(whole), at=at)
    for row in back.rows:
        row.is_restocked = row.line in whole
        row.unsent = back.unsent.get(row.line, 0)
        row.returns_allotment = row.is_restocked and row.line.deal_id in returned
    for each in moved:
        each.refund = refund
    RefundLine.objects.bulk_create(back.rows)
    RefundParcel.objects.bulk_create(back.parcels)
    RefundGoodwill.objects.bulk_create(goodwill)
    _lower_earnings(back.rows, back.parcels, goodwill)
    _move_units(refund, back, deals=returned)
    for suborder in back.empty:
        suborder.move_to(Suborder.State.CANCELLED, release_at=at)  # what it comes to is certain
    for suborder in back.all_sent:
        suborder.move_to(Suborder.State.SHIPPED)
    return refund


@dataclass(frozen=True, slots=True)
class _WorkedOut:
    """What goes back: rows to write, and units by line.

    ``moving`` go back at all, ``unsent`` of them are with their store, ``there`` can be sold again;
    ``empty`` are the parcels of which nothing is left, ``all_sent`` those of which nothing more is
    to be sent; ``after`` is what has gone back of lines.
    """

    rows: list[RefundLine]
    parcels: list[RefundParcel]
    moving: dict[OrderLine, int]
    unsent: dict[OrderLine, int]
    there: dict[OrderLine, int]
    empty: list[Suborder]
    all_sent: list[Suborder]
    after: dict[int, Share]


def _worked_out[Part: OrderLine | Suborder](
    order: Order,
    parts: Mapping[Part, int | Amount],
    goodwill: Collection[RefundGoodwill],
    facts: RefundFacts,
) -> _WorkedOut:
    """Return what goes back with its suborders locked, so that no merchant sends one meanwhile."""
    units: dict[OrderLine, int | Amount] = {
        line: part for line, part in parts.items() if isinstance(line, OrderLine)
    }
    deliveries: dict[Suborder, int] = {
        row: _delivery(part) for row, part in parts.items() if isinstance(row, Suborder)
    }
    suborders = _locked(units, deliveries, goodwill)
    before = gone(order.lines.all())
    rows = [_row(line, count, before.get(line.pk, Share())) for line, count in units.items()]
    moving = {row.line: row.quantity for row in rows if row.quantity}
    _refuse_replaced(moving, before)
    places = units_of(OrderLine.objects.filter(suborder__in=suborders))
    of_sent, restock = facts.get("of_sent", False), facts.get("restock")
    unsent = {line: _unsent(count, places[line.pk], of_sent) for line, count in moving.items()}
    there = unsent if restock is None else {row: moving[row] for row in restock if row in moving}
    through = [row for row in suborders.values() if _is_through(row, unsent, places)]
    empty = [row for row in through if row.partly_sent_at is None]
    return _WorkedOut(
        rows=rows,
        parcels=_parcels(empty, deliveries),
        moving=moving,
        unsent=unsent,
        there={line: count for line, count in there.items() if count},
        empty=empty,
        all_sent=[row for row in through if row not in empty],
        after=_added(before, rows),
    )


def _refuse_replaced(moving: Mapping[OrderLine, int], before: Mapping[int, Share]) -> None:
    """Refuse to pay units back that wait to be sent once more.

    Raises:
        NotPossible: their shopper would have the money and the goods.
    """
    again = ReplacementLine.objects.units(list(moving), Replacement.State.WAITING)
    for line, count in moving.items():
        gone_then = before.get(line.pk, Share()).quantity + count
        if gone_then + again.get(line.pk, 0) > line.quantity:
            raise NotPossible(_("A replacement of it waits to be sent. Cancel that first."))


def _added(before: Mapping[int, Share], rows: Iterable[RefundLine]) -> dict[int, Share]:
    """Return what has gone back of lines when these rows have, too, by line id."""
    after = dict(before)
    for row in rows:
        had = before.get(row.line.pk, Share())
        after[row.line.pk] = Share(had.quantity + row.quantity, had.paid + row.paid)
    return after


def _row(line: OrderLine, wanted: int | Amount, before: Share) -> RefundLine:
    """Return the row of a line that goes back in part, by its shares.

    Raises:
        NotPossible: more would go back than was bought, or paid.
    """
    count, paid = (wanted.quantity, wanted.paid) if isinstance(wanted, Amount) else (wanted, None)
    is_too_many = count < 0 or before.quantity + count > line.quantity
    is_too_much = paid is not None and not 0 <= paid <= line.paid - before.paid
    if is_too_many or is_too_much or not (count or paid):
        raise NotPossible(_("More would go back than was bought."))
    whole = Share(line.quantity, line.paid, line.funded, line.commission)
    share = share_of(whole, before, count, paid)
    return RefundLine(
        line=line,
        quantity=share.quantity,
        paid=share.paid,
        funded=share.funded,
        commission=share.commission,
    )


def _delivery(part: int | Amount) -> int:
    return part.paid if isinstance(part, Amount) else part


def _parcels(empty: Iterable[Suborder], parts: Mapping[Suborder, int]) -> list[RefundParcel]:
    """Return the deliveries that go back: whole, where nothing is left of a parcel, or in part.

    Raises:
        NotPossible: more would go back of a delivery than is left of it.
    """
    found = []
    whole = {row.pk for row in empty}
    for suborder in {row.pk: row for row in (*empty, *parts)}.values():
        paid, funded = delivery_left(suborder)
        back = paid if suborder.pk in whole else parts[suborder]
        if not 0 <= back <= paid:
            raise NotPossible(_("More would go back of the delivery than is left of it."))
        if back < paid:
            funded = funded * back // paid
        if back or funded:
            found.append(RefundParcel(suborder=suborder, paid=back, funded=funded))
    return found


def _locked(
    units: Mapping[OrderLine, object],
    deliveries: Mapping[Suborder, int],
    goodwill: Iterable[RefundGoodwill],
) -> dict[int, Suborder]:
    """Return the suborders of lines by id, so that no merchant sends one meanwhile."""
    ids = {line.suborder_id for line in units} | {row.pk for row in deliveries}
    ids |= {row.suborder_id for row in goodwill}
    rows = Suborder.objects.filter(pk__in=ids)
    return {row.pk: row for row in lock(rows)}


def _lower_earnings(
    rows: Iterable[RefundLine],
    parcels: Iterable[RefundParcel],
    goodwill: Iterable[RefundGoodwill],
) -> None:
    """Add the refunded earnings to ``returned`` of the stores' parts, whose rows are locked."""
    amounts: Counter[int] = Counter()
    for row in rows:
        amounts[row.line.suborder_id] += row.earned
    for parcel in parcels:
        amounts[parcel.suborder_id] += parcel.earned
    for gift in goodwill:
        amounts[gift.suborder_id] += gift.by_merchant
    for pk, amount in amounts.items():
        Suborder.objects.filter(pk=pk).update(returned=F("returned") + amount)


def raise_earnings(suborder_id: int, amount: int) -> None:
    """Give a store's part back what was refunded of it, and is not after all."""
    Suborder.objects.filter(pk=suborder_id).update(returned=F("returned") - amount)


def _unsent(count: int, units: Units, of_sent: bool) -> int:
    """Return how many of the units that go back had not left."""
    return max(0, count - units.sent) if of_sent else min(count, units.to_send)


def _of_deals(units: Mapping[OrderLine, int]) -> dict[int, int]:
    """Return how many units of each deal are among those of lines."""
    found: Counter[int] = Counter()
    for line, count in units.items():
        if line.deal_id is not None:
            found[line.deal_id] += count
    return dict(found)


def _move_units(refund: Refund, back: _WorkedOut, *, deals: Collection[int]) -> None:
    """Return units to their pools, or take lost ones away; deals that sold out open again."""
    facts = stock.MoveFacts(at=refund.at, by=refund.by, note=refund.order.number)
    kept = Counter({line: min(back.unsent[line], count) for line, count in back.there.items()})
    came = Counter(back.there) - kept
    lost = Counter(back.unsent) - kept
    stock.give_back(pools_of(+kept))
    stock.take_in(pools_of(came), **facts)
    stock.write_off(pools_of(lost), **facts)
    counters.reopen(deals, at=refund.at)
    note_stock(pools_of(back.there), at=refund.at)


def _is_through(
    part: Suborder, unsent: Mapping[OrderLine, int], places: Mapping[int, Units]
) -> bool:
    """Return whether nothing is left to send of a part of an order that has not been sent whole."""
    if part.state != Suborder.State.WAITING:
        return False
    now = {line.pk: count for line, count in unsent.items()}
    return all(places[line.pk].to_send == now.get(line.pk, 0) for line in part.lines.all())
