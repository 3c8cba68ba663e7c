"""Paid orders, written straight into their tables, and their sums in Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shop.catalogue.delivery.models import Contact
from shop.festivals.models import Deal, Festival, Fund
from shop.orders.models import Discount, Order, OrderLine, Refund, RefundLine, Suborder
from shop.reports.models import CountedOrder, Tally
from tests import make
from tests.make import NOON

COUNTRIES = ("CN", "DE", "KE")


class World:
    """A festival with stores, deals, benefits and a sponsor, for orders to be about."""

    def __init__(self) -> None:
        make.delivery()
        self.festival = make.festival()
        self.other = make.festival()
        flash = make.slot(self.festival)
        self.fund = Fund.objects.create(festival=self.festival, sponsor="Trade board", amount=10**9)
        self.variants = [make.variant(50_00, on_hand=10**6) for _ in range(4)]
        whole = self.festival.slots.get(kind="whole")
        self.deals: list[Deal | None] = [
            make.deal(of=self.variants[0], during=whole, price=40_00),
            make.deal(of=self.variants[1], during=flash, price=30_00),
            None,
            make.deal(of=self.variants[3], during=self.other, price=20_00),
        ]
        self.promotions = [
            make.promotion(self.festival, value=5_00, budget=10**9),
            make.promotion(self.other, group="voucher", trigger="code", code="OTHER", value=5_00),
        ]

    def festival_of(self, place: int) -> Festival | None:
        """Return the festival in which a variant is sold; the third is everyday business."""
        deal = self.deals[place]
        return deal.slot.festival if deal else None


def paid_order(world: World, dice: Random, *, at: datetime = NOON, email: str = "") -> Order:
    """Return a paid order of one to three lines, with benefits on some."""
    contact = Contact.objects.create(
        email=email or "a@example.org", name="A", phone="1", line1="1", city="C", region="R",
        postcode="1", country=dice.choice(COUNTRIES), made_at=at,
    )  # fmt: skip
    order = Order.objects.create(
        state="paid", shopper_key=f"c{dice.random()}", contact=contact, email_key=email or "none",
        network_key="n", currency="USD", goods=0, total=0, digest="", wish="", placed_at=at,
        pay_by=at + timedelta(minutes=30), paid_at=at + timedelta(seconds=dice.randrange(300)),
    )  # fmt: skip
    for position, place in enumerate(dice.sample(range(4), dice.randint(1, 3))):
        _line(order, world, dice, place, position)
    if dice.random() < 0.3:
        _discount(order, world, dice, suborder=order.suborders.first())
    return order


def _line(order: Order, world: World, dice: Random, place: int, position: int) -> None:
    variant, deal = world.variants[place], world.deals[place]
    units = dice.randint(1, 4)
    price = deal.value if deal else 50_00
    subsidy = dice.choice((0, units * 2_00)) if deal else 0
    sub = Suborder.objects.create(
        order=order, merchant=variant.product.merchant, position=position, paid_at=order.paid_at
    )
    line = OrderLine.objects.create(
        order=order, suborder=sub, position=position, product=variant.product, variant=variant,
        title="T", sku="S", quantity=units, regular=50_00, price=price, paid=units * price,
        funded=subsidy, commission_bp=1000, commission=units * price // 10, deal=deal,
        festival=world.festival_of(place), subsidy=subsidy, pool=variant.pool, pool_units=units,
        fund=world.fund if subsidy and dice.random() < 0.5 else None, is_set_aside=False,
    )  # fmt: skip
    if dice.random() < 0.5:
        _discount(order, world, dice, line=line)


def _discount(order: Order, world: World, dice: Random, **on: Any) -> None:
    ours, theirs = dice.randrange(300), dice.randrange(300)
    Discount.objects.create(
        order=order, promotion=dice.choice(world.promotions), amount=ours + theirs,
        organizer_part=ours, merchant_part=theirs, fund=dice.choice((None, world.fund)), **on,
    )  # fmt: skip
    if line := on.get("line"):
        line.paid, line.funded = line.paid - ours - theirs, line.funded + ours
        line.save()
    else:
        Suborder.objects.filter(pk=on["suborder"].pk).update(delivery_funded=ours)


def sent_back(order: Order, dice: Random, *, at: datetime = NOON) -> Refund:
    """Return a refund of one unit of one or more lines of an order."""
    lines = list(order.lines.all())
    chosen = dice.sample(lines, dice.randint(1, len(lines)))
    refund = Refund.objects.create(order=order, cause="wrong_price", amount=1, at=at)
    for line in chosen:
        RefundLine.objects.create(
            refund=refund, line=line, quantity=1, paid=line.paid // line.quantity,
            funded=line.funded // line.quantity, commission=line.commission // line.quantity,
        )  # fmt: skip
    return refund


def tallies() -> dict[tuple, dict[str, int]]:
    """Return what the tables say, without rows of nothing."""
    rows = Tally.objects.values("festival_id", "kind", "key", *Tally.FIGURES)
    found = {(row.pop("festival_id"), row.pop("kind"), row.pop("key")): row for row in rows}
    return {key: row for key, row in found.items() if any(row.values())}


class Sums:
    """The same from all orders, line by line in Python."""

    def __init__(self) -> None:
        self.rows: dict[tuple, dict[str, int]] = defaultdict(
            lambda: dict.fromkeys(Tally.FIGURES, 0)
        )
        self.orders: dict[tuple, set[int]] = defaultdict(set)
        self.new: dict[tuple, set[int]] = defaultdict(set)
        seen: set[str] = set()
        paid = Order.objects.filter(state="paid").order_by("paid_at", "pk")
        for order in paid.select_related("contact"):
            self.order, self.is_new = order, order.email_key not in seen
            seen.add(order.email_key)
            for line in order.lines.select_related("deal", "suborder"):
                self._sale(line)
            for row in order.discounts.select_related("promotion", "line__deal", "suborder"):
                self._benefit(row)
            for back in RefundLine.objects.filter(refund__order=order).select_related("refund"):
                self._back(back)
        for name, sets in (("orders", self.orders), ("new_shoppers", self.new)):
            for key, ids in sets.items():
                self.rows[key][name] = len(ids)

    def _keys(
        self, line: OrderLine | None, suborder: Suborder, at: datetime, festival: int | None
    ) -> dict[str, Any]:
        is_own = line is not None and line.festival_id == festival
        deal = line.deal if is_own else None
        return {
            "total": "", "minute": f"{at:%Y-%m-%dT%H:%M}", "country": self.order.contact.country,
            "merchant": suborder.merchant_id, "product": line and line.product_id,
            "deal": deal and deal.pk, "slot": deal.slot_id if deal else "",
        }  # fmt: skip

    def _add(
        self, festival: int | None, keys: dict[str, Any], *, is_order: bool, **sums: int
    ) -> None:
        for kind, key in keys.items():
            if festival is None or key is None:
                continue
            place = (festival, kind, str(key))
            for name, value in sums.items():
                self.rows[place][name] += value
            if is_order:
                self.orders[place].add(self.order.pk)
                self.new[place].update({self.order.pk} if self.is_new else ())

    def _sale(self, line: OrderLine) -> None:
        keys = self._keys(line, line.suborder, self.order.paid_at, line.festival_id)
        keys |= {"fund": line.fund_id}
        payer = "by_funds" if line.fund_id else "by_organizer"
        sums = {"units": line.quantity, "paid": line.paid, "commission": line.commission}
        sums |= {"by_merchant": (line.regular - line.price) * line.quantity - line.subsidy}
        self._add(line.festival_id, keys, is_order=True, **sums, **{payer: line.subsidy})

    def _benefit(self, row: Discount) -> None:
        suborder = row.suborder or row.line.suborder
        keys = self._keys(row.line, suborder, self.order.paid_at, row.promotion.festival_id)
        keys |= {"fund": row.fund_id}
        payer = "by_funds" if row.fund_id else "by_organizer"
        sums = {"by_merchant": row.merchant_part, payer: row.organizer_part}
        self._add(row.promotion.festival_id, keys, is_order=True, **sums)
        line = row.line
        sums |= {"units": line.quantity if line else 0, "paid": line.paid if line else 0}
        own = {"promotion": row.promotion_id}
        self._add(row.promotion.festival_id, own, is_order=True, **sums)

    def _back(self, back: RefundLine) -> None:
        line = back.line
        sums = {"refunded_units": back.quantity, "refunded": back.paid}
        sums |= {"refunded_funded": back.funded, "refunded_commission": back.commission}
        keys = self._keys(line, line.suborder, back.refund.at, line.festival_id)
        self._add(line.festival_id, keys, is_order=False, **sums)
        for row in line.discounts.select_related("promotion"):
            own = {"promotion": row.promotion_id}
            self._add(row.promotion.festival_id, own, is_order=False, **sums)


def sums() -> dict[tuple, dict[str, int]]:
    """Return what the orders say."""
    return {key: row for key, row in Sums().rows.items() if any(row.values())}


def assert_tallies_are_right() -> None:
    """Tables and orders say the same, and every paid order is counted."""
    assert tallies() == sums()
    assert CountedOrder.objects.count() == Order.objects.filter(state="paid").count()
