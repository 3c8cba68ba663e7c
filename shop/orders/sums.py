"""The sums of an order, row by row: its total is the sum of the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Expression, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext as _

from shop.catalogue.delivery.names import country_name
from shop.core.languages import percent
from shop.core.statements.composed import ID, composed
from shop.festivals.models import Promotion
from shop.festivals.promotions.text import NAMED_BY, named
from shop.orders.cart.formats import amount, items, language, less, parcels, stores
from shop.orders.cart.sums import or_free
from shop.orders.cart.vouchers.explain import label_of
from shop.orders.models import Discount, Order, OrderLine, RefundLine, Suborder
from shop.orders.taxes import tax_in

type Lines = Mapping[Suborder, Sequence[OrderLine]]


def lines_by_part(order: Order) -> dict[Suborder, list[OrderLine]]:
    """Return the lines of each suborder, in their order, as ``order_rows`` reads them.

    ``gone`` counts the units of a line that went back. One statement: no suborder is empty.
    """
    found: dict[Suborder, list[OrderLine]] = {}
    for line in lines_to_show(order=order.pk):
        found.setdefault(line.suborder, []).append(line)
    return found


@composed(order=ID)
def lines_to_show(*, order: Expression) -> QuerySet[OrderLine]:
    """Return the lines of an order with their suborders, benefits and refunded units."""
    gone = RefundLine.objects.filter(line=OuterRef("pk")).values("line")
    lines = OrderLine.objects.filter(order=order).select_related("suborder__merchant")
    lines = lines.annotate(
        benefits=ArraySubquery(_benefits(line=OuterRef("pk"))),
        parcel_benefits=ArraySubquery(_benefits(suborder=OuterRef("suborder"))),
        gone=Coalesce(Subquery(gone.annotate(units=Sum("quantity")).values("units")), 0),
    )
    return lines.order_by("suborder__position", "position")


def order_rows(order: Order, lines: Lines) -> list[tuple[str, str]]:
    """Return the rows of an order's sums: pairs of a text and an amount in the active language."""
    units = sum(line.quantity for part in lines.values() for line in part)
    counted = {"items": items(units), "stores": stores(len({part.merchant_id for part in lines}))}
    rows = [(_("%(items)s from %(stores)s") % counted, amount(order.goods, order.currency))]
    rows += _off(
        order, chain.from_iterable(line.benefits for own in lines.values() for line in own)
    )
    if sent := [part for part in lines if part.service]:
        facts = {
            "country": country_name(order.contact.country, language()),
            "parcels": parcels(len(sent)),
        }
        before = sum(part.delivery_price for part in sent)
        text = _("Delivery to %(country)s, %(parcels)s") % facts
        rows.append((text, amount(before, order.currency) if before else or_free(0)))
        rows += _off(order, chain.from_iterable(own[0].parcel_benefits for own in lines.values()))
    return rows


def tax_rows(order: Order, lines: Lines) -> list[tuple[str, str]]:
    """Return the tax that is inside the amounts, by rate: of goods and delivery together."""
    within: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for part, own in lines.items():
        if part.vat_bp:
            paid = sum(line.paid for line in own) + part.delivery_paid
            within[part.vat_bp][0] += paid
            within[part.vat_bp][1] += tax_in(paid, part.vat_bp)
    rows = []
    for vat_bp, (paid, tax) in sorted(within.items(), reverse=True):
        rate = percent(vat_bp / 100, language())
        facts = {"rate": rate, "amount": amount(paid, order.currency)}
        rows.append((_("VAT %(rate)s in %(amount)s") % facts, amount(tax, order.currency)))
    return rows


def _benefits(**place: OuterRef) -> QuerySet[Discount, Any]:
    found = JSONObject(amount="amount", **{name: f"promotion__{name}" for name in NAMED_BY})
    return Discount.objects.filter(**place).order_by("pk").values(json=found)


def _off(order: Order, benefits: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return each benefit by its name, with its discount."""
    found: dict[str, int] = defaultdict(int)
    for benefit in benefits:
        row = Promotion(**{name: benefit[name] for name in NAMED_BY})
        name = row.code or named(row, language())
        is_voucher = row.trigger != Promotion.Trigger.AUTOMATIC
        found[label_of(name, row.group, is_voucher=is_voucher)] += benefit["amount"]
    return [(text, less(minor, order.currency)) for text, minor in found.items()]
