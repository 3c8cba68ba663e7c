"""A product's variants with the price in force, and how many of each can be bought."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shop.catalogue.models import on_sale_sql, promised_sql
from shop.catalogue.stock.models import free_sql
from shop.core.statements.prepared import ask
from shop.festivals.deals.reserved_stock import KEPT
from shop.festivals.models.deals import left_sql, open_sql
from shop.festivals.models.prices import in_force_sql
from shop.festivals.pricing.kinds import DealKind, kind_of

# Beside each variant stands the deal that gives its price or, where all units of the running
# deal are paid for, that deal: the page says so. ``set_aside`` are units that wait for deals.
VARIANTS = f"""
SELECT v.id, v.options, v.weight_g, v.units_per_item, {free_sql("q")},
  (SELECT coalesce(sum(({left_sql("a")}) * w.units_per_item), 0)
   FROM shop_deal a JOIN shop_variant w ON w.id = a.variant_id
   WHERE w.pool_id = v.pool_id AND {KEPT}) AS set_aside,
  s.price, s.prior_price, s.percent, s.deal_id IS NOT NULL AND d.slot_id IS NOT NULL,
  least(s.ends_at, (SELECT min(n.starts_at) FROM shop_pricespan n
                    WHERE n.variant_id = v.id AND n.starts_at > %(at)s)) AS holds_until,
  d.slot_id, d.kind, d.zone, d.effective_to, d.allotment, d.held, d.sold, d.per_shopper,
  v.pool_id, v.session_start, v.session_zone, least(v.sales_close, v.session_start),
  q.on_hand, n.slot_id, n.starts_at, n.zone,
  NOT EXISTS (SELECT 1 FROM shop_pricespan n WHERE n.variant_id = v.id AND n.price < s.price
              AND n.starts_at < d.closes AND n.ends_at > d.opens) AS is_lowest,
  d.rule, d.value, d.paid_units, d.effective_from, v.product_id, v.sku,
  g.least_guests, g.decides_at, q.sold
FROM shop_variant v
JOIN shop_pool q ON q.id = v.pool_id
LEFT JOIN shop_dateplan g ON g.pool_id = v.pool_id AND {promised_sql("g")}
LEFT JOIN shop_pricespan s
  ON s.variant_id = v.id AND {in_force_sql("s")}
LEFT JOIN LATERAL (
  SELECT e.slot_id, t.kind, f.zone, e.effective_from, e.effective_to, e.allotment, e.held, e.sold,
    e.per_shopper, f.starts_at AS opens, f.ends_at AS closes, e.kind AS rule, e.value, e.paid_units
  FROM shop_deal e JOIN shop_slot t ON t.id = e.slot_id
  JOIN shop_festival f ON f.id = t.festival_id
  WHERE e.variant_id = v.id AND {open_sql("e", "f")}
    AND (e.id = s.deal_id OR (s.deal_id IS NULL AND e.sold >= e.allotment))
  ORDER BY t.kind LIMIT 1
) AS d ON true
LEFT JOIN LATERAL (
  SELECT t.id AS slot_id, t.starts_at, f.zone
  FROM shop_deal c JOIN shop_slot t ON t.id = c.slot_id
  JOIN shop_festival f ON f.id = t.festival_id AND f.state = 'published'
  WHERE c.variant_id = v.id AND c.state = 'approved' AND t.cancelled_at IS NULL
    AND t.starts_at > %(at)s
  ORDER BY t.starts_at LIMIT 1
) AS n ON true
WHERE {on_sale_sql("v")} AND """  # noqa: S608 (constants only)
STATEMENT = VARIANTS + "v.product_id = %(product)s ORDER BY v.session_start, v.position, v.id"
OF_MANY = (
    VARIANTS
    + "v.product_id = ANY(%(products)s::bigint[]) "
    + "ORDER BY v.product_id, v.session_start, v.position, v.id"
)


class VariantNow(NamedTuple):
    """A variant at an instant; of its deal the slot, the end in its zone, and the counters.

    ``next_...`` are those of the deal that comes next, if one is approved.
    ``least_guests``: from so many on its date takes place, until that is decided at ``decides_at``.
    ``is_lowest``: at no time of the deal's festival is another price lower, as far as is planned.
    """

    id: int
    options: list[str]
    weight_g: int
    units_per_item: int
    free: int
    set_aside: int
    price: int | None
    prior_price: int | None
    percent: int | None
    has_deal: bool
    holds_until: datetime | None
    slot_id: int | None
    kind: str | None
    zone: Any
    deal_ends: Any  # an instant wherever there is a deal
    allotment: int | None
    held: Any  # a number wherever there is an allotment
    sold: Any
    per_shopper: int | None
    pool_id: int
    session_start: datetime | None
    session_zone: str
    closes_at: datetime | None
    on_hand: int
    next_slot_id: int | None
    next_starts: datetime | None
    next_zone: str | None
    is_lowest: bool
    rule_code: Any  # with its value wherever there is a deal
    rule_value: Any
    paid_units: int | None
    deal_starts: Any = None
    product_id: int = 0
    sku: str = ""
    least_guests: int | None = None
    decides_at: datetime | None = None
    booked: int = 0

    @property
    def rule(self) -> DealKind | None:
        """Return how its deal lowers the price, if it has one."""
        if not self.has_deal:
            return None
        return kind_of(self.rule_code, self.rule_value, self.paid_units)

    @property
    def name(self) -> str:
        """Return the name of a kind of ticket; dates share it."""
        return self.options[0] if self.options else ""

    @property
    def taken(self) -> int:
        """Return how many of the deal's allotment somebody holds or has bought."""
        return self.held + self.sold

    @property
    def buyable(self) -> int:
        """Return how many can be bought now, at the deal price and at the everyday price."""
        everyday = max(0, self.free - self.set_aside) // self.units_per_item
        if self.allotment is None:
            return everyday
        return min(self.free // self.units_per_item, everyday + self.deal_left)

    @property
    def deal_left(self) -> int:
        """Return how many can be bought at the deal price.

        Units of an allotment may be gone: they were sold while the regular price undercut it.
        """
        there = self.free // self.units_per_item
        allotment: Any = self.allotment
        return min(there, allotment - self.taken)

    @property
    def is_buyable(self) -> bool:
        """Tell whether at least one can be bought."""
        return self.price is not None and self.buyable > 0


def variants_now(product_id: int, *, at: datetime) -> list[VariantNow]:
    """Return the variants of a product in the merchant's order. One statement."""
    return [VariantNow._make(row) for row in ask(STATEMENT, {"product": product_id, "at": at})]


def variants_of(product_ids: Collection[int], *, at: datetime) -> dict[int, list[VariantNow]]:
    """Return the variants of products, by the product, as their pages show them. One statement."""
    found: dict[int, list[VariantNow]] = {pk: [] for pk in product_ids}
    for row in ask(OF_MANY, {"products": list(product_ids), "at": at}):
        variant = VariantNow._make(row)
        found[variant.product_id].append(variant)
    return found


def preselected(variants: Sequence[VariantNow]) -> VariantNow | None:
    """Return the cheapest variant that can be bought, else the cheapest that has a price."""
    priced = [variant for variant in variants if variant.price is not None]
    return min(priced, key=lambda v: (not v.is_buyable, v.price), default=None)


def together(
    variants: Sequence[VariantNow], chosen: VariantNow
) -> tuple[int, int, int, int] | None:
    """Return the units claimed, set aside, paid and left in a slot, all variants together.

    None where the deal sells from everyday stock, or there is no deal.
    """
    same = [v for v in variants if v.slot_id == chosen.slot_id and v.allotment is not None]
    if chosen.slot_id is None or not same:
        return None
    claimed = sum(v.taken for v in same)
    aside, sold = sum(v.allotment or 0 for v in same), sum(v.sold for v in same)
    return claimed, aside, sold, sum(v.deal_left for v in same)
