"""The only writer of the counters of claims, promotions and deals.

Everything runs inside the caller's transaction. Rows are locked in this order, ids ascending:
claims, promotion usage, promotions, funds, deal usage, deals (then pools, then prices). A limit
that lies inside one row is tested by the same UPDATE that moves it, so that two shoppers can
never both have the last unit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef

from shop.core.errors import Unavailable
from shop.core.locks import lock
from shop.core.statements.prepared import ask
from shop.festivals.holds.holdings import Holdings
from shop.festivals.models import Claim, Closure, Deal, DealUsage, Fund, Promotion, PromotionUsage
from shop.festivals.prices import spans

MOVE_PROMOTIONS = """
UPDATE shop_promotion AS p
SET held_uses = held_uses + v.uses, held_amount = held_amount + v.amount
FROM unnest(%(ids)s::bigint[], %(uses)s::int[], %(amounts)s::bigint[]) AS v(id, uses, amount)
WHERE p.id = v.id
  AND (v.uses <= 0
       OR ((state = 'active' OR %(is_promised)s)
           AND (max_uses IS NULL OR held_uses + used + v.uses <= max_uses)))
  AND (v.amount <= 0 OR budget IS NULL OR held_amount + spent + v.amount <= budget)
RETURNING p.id
"""
MOVE_DEALS = """
UPDATE shop_deal AS d SET held = held + v.units
FROM unnest(%(ids)s::bigint[], %(units)s::int[]) AS v(id, units)
WHERE d.id = v.id
  AND (v.units <= 0
       OR (state <> 'void' AND (allotment IS NULL OR held + sold + v.units <= allotment)))
RETURNING d.id
"""
MOVE_PROMOTION_USAGE = """
UPDATE shop_promotionusage AS u SET held = u.held + v.units
FROM unnest(%(ids)s::bigint[], %(units)s::int[]) AS v(id, units), shop_promotion AS p
WHERE u.promotion_id = v.id AND u.mailbox_id = %(mailbox)s AND p.id = v.id
  AND (v.units <= 0 OR u.held + u.used + v.units <= p.per_shopper)
RETURNING v.id
"""
MOVE_DEAL_USAGE = """
UPDATE shop_dealusage AS u SET held = u.held + v.units
FROM unnest(%(ids)s::bigint[], %(units)s::int[]) AS v(id, units), shop_deal AS d
WHERE u.deal_id = v.id AND u.mailbox_id = %(mailbox)s AND d.id = v.id
  AND (v.units <= 0 OR u.held + u.sold + v.units <= d.per_shopper)
RETURNING v.id
"""


def move_holds(
    *,
    take: Holdings,
    give: Holdings,
    shopper_id: int | None,
    fund_ids: Collection[int] = (),
    is_promised: bool = False,
) -> None:
    """Hold the units and uses of ``take`` and release those of ``give``, as one net change.

    In one step, so that a shopper who pays again with a changed cart cannot lose the own
    units to somebody else in between.

    Args:
        shopper_id: the mailbox whose limits count, if any do.
        fund_ids: funds whose promises the caller looks at afterwards; locked in their turn.
        is_promised: an order had all this before, at a price that stands; a benefit that was
            paused or ended meanwhile is given all the same, within its limits.

    Raises:
        Unavailable: a limit stands in the way; the caller's transaction rolls back.
    """
    _move_claims(take.claims - give.claims, give.claims - take.claims)
    uses = _net(dict.fromkeys(take.promotions, 1), dict.fromkeys(give.promotions, 1))
    _move_usage(PromotionUsage, "promotion", MOVE_PROMOTION_USAGE, uses, shopper_id)
    _move_promotions(uses, _net(take.promotions, give.promotions), is_promised=is_promised)
    if fund_ids:
        lock(Fund.objects.filter(pk__in=fund_ids))
    units = _net(take.deals, give.deals)
    _move_usage(DealUsage, "deal", MOVE_DEAL_USAGE, units, shopper_id)
    _move_deals(units)


def settle(held: Holdings) -> list[int]:
    """Turn held units, uses and claims into sold and used ones.

    Returns:
        The products whose price changes by that; their spans are to be rebuilt after the
        pools moved, since prices come last in the order of locks.
    """
    Claim.objects.filter(pk__in=held.claims).move_to(Claim.State.USED)
    shopper = held.shopper_id
    if shopper and held.promotions:
        usages = PromotionUsage.objects.filter(promotion__in=held.promotions, mailbox=shopper)
        usages.filter(held__gt=0).update(held=F("held") - 1, used=F("used") + 1)
    for promotion_id, amount in sorted(held.promotions.items()):
        Promotion.objects.filter(pk=promotion_id).update(
            held_uses=F("held_uses") - 1,
            used=F("used") + 1,
            held_amount=F("held_amount") - amount,
            spent=F("spent") + amount,
        )
    for deal_id, units in sorted(held.deals.items()) if shopper else ():
        own = DealUsage.objects.filter(deal=deal_id, mailbox=shopper)
        own.update(held=F("held") - units, sold=F("sold") + units)
    for deal_id, units in sorted(held.deals.items()):
        moved = {"held": F("held") - units, "sold": F("sold") + units}
        Deal.objects.filter(pk=deal_id).update(**moved)
    return _sold_out_products(held.deals)


def take_back_use(claim: Claim, amount: int, *, shopper_id: int | None) -> None:
    """Let a used voucher be used again: its claim, its count and its budget are as before.

    Args:
        amount: what it took off, in minor units.
        shopper_id: the mailbox whose limit counted the use.

    Raises:
        StaleState: it is not used any more.
    """
    (locked,) = lock(Claim.objects.filter(pk=claim.pk))
    locked.move_to(Claim.State.AVAILABLE)
    usage = PromotionUsage.objects.filter(promotion=claim.promotion_id, mailbox=shopper_id)
    usage.filter(used__gt=0).update(used=F("used") - 1)
    promotion = Promotion.objects.filter(pk=claim.promotion_id)
    promotion.update(used=F("used") - 1, spent=F("spent") - amount)


def close_sold_out(product_ids: Sequence[int], deal_ids: Sequence[int], *, at: datetime) -> None:
    """End the price of deals whose units are all sold, and rebuild the public prices."""
    since = spans.lock_prices(product_ids, at=at)
    full = Deal.objects.filter(pk__in=deal_ids, allotment__isnull=False, sold__gte=F("allotment"))
    reason = Closure.Reason.SOLD_OUT
    said = Closure.objects.filter(deal=OuterRef("pk"), reason=reason, ends_at=None)
    for deal in full.exclude(Exists(said)):
        Closure.objects.create(deal=deal, reason=reason, starts_at=since)
    spans.rebuild(product_ids, since=since, what="sold out")


def give_back(units: Mapping[int, int], *, shopper_id: int | None, at: datetime) -> set[int]:
    """Return paid units to deals that run still, and to the limits of their shopper.

    Where a deal is over its allotment is too: what is sent back then is everyday stock.

    Returns:
        The deals that got theirs back; ``reopen`` them when the pools have moved.
    """
    usages = DealUsage.objects.filter(deal__in=units, mailbox=shopper_id)
    lock(usages)
    deals = lock(Deal.objects.filter(pk__in=units))
    running = {deal.pk for deal in deals if deal.is_running(at)}
    for deal_id in sorted(running):
        count = units[deal_id]
        usages.filter(deal=deal_id, sold__gte=count).update(sold=F("sold") - count)
        Deal.objects.filter(pk=deal_id).update(sold=F("sold") - count)
    return running


def reopen(deal_ids: Collection[int], *, at: datetime) -> None:
    """Let deals that were sold out give their price again, since units of theirs came back."""
    reason = Closure.Reason.SOLD_OUT
    closures = Closure.objects.filter(deal__in=deal_ids, reason=reason, ends_at=None)
    closures = closures.filter(deal__sold__lt=F("deal__allotment"))
    products = sorted(set(closures.values_list("deal__variant__product_id", flat=True)))
    if not products:
        return
    since = spans.lock_prices(products, at=at)
    closures.update(ends_at=since)
    spans.rebuild(products, since=since, what="units came back")


def _sold_out_products(deals: Mapping[int, int]) -> list[int]:
    full = Deal.objects.filter(pk__in=deals, allotment__isnull=False, sold__gte=F("allotment"))
    return sorted(set(full.values_list("variant__product_id", flat=True)))


def _move_claims(hold: frozenset[int], release: frozenset[int]) -> None:
    ids = sorted(hold | release)
    if not ids:
        return
    lock(Claim.objects.filter(pk__in=ids))
    Claim.objects.filter(pk__in=release).move_to(Claim.State.AVAILABLE)
    if Claim.objects.filter(pk__in=hold).move_to(Claim.State.HELD) != len(hold):
        raise Unavailable("claim", sorted(hold))


def _move_promotions(
    uses: Mapping[int, int], amounts: Mapping[int, int], *, is_promised: bool
) -> None:
    ids = sorted(uses)
    if not ids:
        return
    _lock(Promotion, ids)
    moved = {"uses": [uses[i] for i in ids], "amounts": [amounts[i] for i in ids]}
    _guarded(MOVE_PROMOTIONS, moved | {"is_promised": is_promised}, ids, "promotion")


def _move_deals(units: Mapping[int, int]) -> None:
    ids = sorted(deal_id for deal_id, change in units.items() if change)
    if not ids:
        return
    _lock(Deal, ids)
    _guarded(MOVE_DEALS, {"units": [units[i] for i in ids]}, ids, "deal")


def _move_usage(
    model: type[DealUsage | PromotionUsage],
    owner: str,
    statement: str,
    units: Mapping[int, int],
    shopper_id: int | None,
) -> None:
    if not shopper_id or not any(units.values()):
        return
    owners = Deal if owner == "deal" else Promotion
    limited = owners.objects.filter(pk__in=units, per_shopper__isnull=False).order_by("pk")
    ids = [pk for pk in limited.values_list("pk", flat=True) if units[pk]]
    if not ids:
        return
    rows: list[Any] = [model(**{f"{owner}_id": pk, "mailbox_id": shopper_id}) for pk in ids]
    model.objects.bulk_create(rows, ignore_conflicts=True)
    mine = model.objects.filter(**{f"{owner}__in": ids}, mailbox=shopper_id)
    lock(mine)
    moved = {"units": [units[i] for i in ids], "mailbox": shopper_id}
    _guarded(statement, moved, ids, "usage")


def _lock(model: type[Deal | Promotion], ids: Sequence[int]) -> None:
    """Lock rows in id order; a single row is locked by the update itself."""
    if len(ids) > 1:
        lock(model.objects.filter(pk__in=ids))


def _guarded(statement: str, values: Mapping[str, Any], ids: Sequence[int], kind: str) -> None:
    moved = {row[0] for row in ask(statement, {"ids": ids, **values})}
    if refused := set(ids) - moved:
        raise Unavailable(kind, sorted(refused))


def _net(take: Mapping[int, int], give: Mapping[int, int]) -> dict[int, int]:
    return {key: take.get(key, 0) - give.get(key, 0) for key in take.keys() | give.keys()}
