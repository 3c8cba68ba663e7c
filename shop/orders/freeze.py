"""Copies a priced cart into the rows of an order, which are never computed again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from shop.catalogue.delivery.quote import arrival, workdays_of
from shop.catalogue.delivery.taxes import treatment
from shop.catalogue.models import Product, Term, Variant
from shop.catalogue.words import ProductTerms, terms_of
from shop.core.languages import in_language
from shop.core.money import share
from shop.festivals.holds.holdings import Holdings, holdings_of
from shop.festivals.models import Slot
from shop.festivals.pricing.benefit_kinds import Group
from shop.festivals.pricing.quoting import subsidy
from shop.festivals.pricing.segments import Segment
from shop.festivals.pricing.weighing import Benefit
from shop.orders.cart.models import CartLine
from shop.orders.cart.pricing import PricedCart
from shop.orders.models import Discount, Order, OrderLine, Suborder
from shop.storefront.cache.catalogue_version import current_version

type PartKey = tuple[int, bool]  # of which store, and whether it takes place instead of arriving


@dataclass(frozen=True)
class Frozen:
    """The rows of an order to be, without it.

    What one store sends and what it hosts are parts of their own: a parcel arrives, a date takes
    place, and each is paid out when it has.
    """

    suborders: dict[PartKey, Suborder]
    lines: tuple[OrderLine, ...]
    discounts: tuple[Discount, ...]

    @property
    def is_scarce(self) -> bool:
        """Tell whether others wait for its units: flash deals, or units set aside."""
        return any(line.is_flash or line.is_set_aside for line in self.lines)

    @property
    def has_seats(self) -> bool:
        """Tell whether something of it happens at a time: money that comes days later is late."""
        return any(line.variant.session_start is not None for line in self.lines)

    def holdings(self, shopper_id: int | None) -> Holdings:
        """Add up the units and amounts that the lines and discounts hold."""
        return holdings_of(self.lines, self.discounts, shopper_id=shopper_id)

    def save(self, order: Order) -> None:
        """Write the rows of an order that was just saved. Three statements at the most."""
        for suborder in self.suborders.values():
            suborder.order = order
        Suborder.objects.bulk_create(self.suborders.values())
        for line in self.lines:
            line.order = order
            line.suborder = self.suborders[_key_of(line)]
        OrderLine.objects.bulk_create(self.lines)
        for discount in self.discounts:
            discount.order = order
            # The rows that these point to have their ids only now.
            discount.line, discount.suborder = discount.line, discount.suborder
        Discount.objects.bulk_create(self.discounts)


def freeze(priced: PricedCart, language: str, *, at: datetime) -> Frozen:
    """Return the rows that record a priced cart, and the words that its shopper read."""
    segments = enumerate(priced.quote.segments)
    with translation.override(language):
        lines = tuple(_line(priced, i, segment, language) for i, segment in segments)
    parts: dict[PartKey, list[OrderLine]] = {}
    for line in lines:
        parts.setdefault(_key_of(line), []).append(line)
    suborders = {
        key: _suborder(priced, key, own, position, at=at)
        for position, (key, own) in enumerate(parts.items())
    }
    discounts = tuple(
        row for benefit in priced.quote.benefits for row in _discounts(benefit, lines, suborders)
    )
    return Frozen(suborders, lines, discounts)


def words_read(variant: Variant, terms: ProductTerms) -> dict[str, Any]:
    """Return the words that a line keeps as its shopper read them, where the store has others."""
    language, options = terms.language, variant.options
    if language == settings.LANGUAGE_CODE:
        return {}
    read = [terms.called(Term.Kind.VALUE, option).text for option in options]
    title = in_language(variant.product.titles, language) or ""
    return {"shown_title": title, "shown_options": read if read != options else []}


def frozen_rows(order: Order) -> Frozen:
    """Return the rows of an order that was placed before."""
    rows = order.suborders.select_related("merchant")
    suborders = {(row.merchant_id, not row.service): row for row in rows}
    by_id = {row.pk: row for row in suborders.values()}
    lines = tuple(order.lines.select_related("deal__slot", "variant"))
    for line in lines:
        line.suborder = by_id[line.suborder_id]
        line.is_flash = bool(line.deal and line.deal.slot.kind == Slot.Kind.FLASH)
    return Frozen(suborders, lines, tuple(order.discounts.all()))


def _line(priced: PricedCart, position: int, segment: Segment, language: str) -> OrderLine:
    asked = next(line for line in priced.lines if line.variant_id == segment.wanted.variant.id)
    product = asked.variant.product
    paid, funded = priced.quote.paid[position], priced.quote.funded[position]
    line = OrderLine(
        position=position,
        product=product,
        variant=asked.variant,
        title=product.title,
        options=asked.variant.options,
        sku=asked.variant.sku,
        cancel_hours=product.cancel_hours if product.kind == Product.Kind.EXPERIENCE else None,
        picture=_picture(asked),
        quantity=segment.quantity,
        regular=segment.regular,
        price=segment.price,
        reduced=segment.reduced,
        paid=paid,
        funded=funded,
        commission_bp=segment.commission_bp,
        # On what the merchant is due, organizer's part included; none on delivery.
        commission=share(paid + funded, segment.commission_bp),
        deal_id=segment.deal.id if segment.deal else None,
        festival_id=segment.festival_id,
        subsidy=subsidy(segment),
        fund_id=segment.deal.fund_id if segment.deal else None,
        pool_id=segment.wanted.pool_id,
        pool_units=segment.pool_units,
        is_set_aside=segment.is_set_aside,
        **words_read(asked.variant, terms_of(product, asked.called, language)),
    )
    line.merchant_id = product.merchant_id
    line.is_flash = bool(segment.deal and segment.deal.is_flash)
    return line


def _suborder(
    priced: PricedCart, key: PartKey, own: Sequence[OrderLine], position: int, *, at: datetime
) -> Suborder:
    merchant, is_visit = own[0].product.merchant, key[1]
    commission = sum(line.commission for line in own)
    tax = treatment(
        current_version(at=at).tax_rules,
        seller=merchant.country,
        buyer=priced.cart.country,
        value=sum(line.paid for line in own),
        own_bp=merchant.vat_bp,
    )
    row = Suborder(
        merchant=merchant,
        position=position,
        tax=tax.kind,
        vat_bp=tax.vat_bp,
        commission=commission,
        payout=sum(line.paid + line.funded for line in own) - commission,
    )
    if not is_visit and (option := priced.chosen.get(merchant.pk)):
        dispatch = (merchant.dispatch_from, merchant.dispatch_to)
        ship_by, first, last = arrival(
            at.date(), dispatch=dispatch, option=option, workdays=workdays_of(merchant)
        )
        row.service, row.delivery_price = option.service, option.price
        row.delivery_paid = priced.quote.parcel_prices[merchant.pk]
        row.delivery_funded = _delivery_funded(priced, merchant.pk)
        row.ship_by, row.arrives_from, row.arrives_to = ship_by, first, last
    return row


def _key_of(line: OrderLine) -> PartKey:
    return (line.merchant_id, line.variant.session_start is not None)


def _delivery_funded(priced: PricedCart, merchant_id: int) -> int:
    return sum(
        part.organizer
        for benefit in priced.quote.benefits
        if benefit.promotion.group == Group.SHIPPING
        for part in benefit.parts
        if part.place == merchant_id
    )


def _discounts(
    benefit: Benefit, lines: tuple[OrderLine, ...], suborders: dict[PartKey, Suborder]
) -> Iterable[Discount]:
    is_delivery = benefit.promotion.group == Group.SHIPPING
    for part in benefit.parts:
        yield Discount(
            line=None if is_delivery else lines[part.place],
            suborder=suborders[part.place, False] if is_delivery else None,
            promotion_id=benefit.promotion.id,
            claim_id=benefit.promotion.claim_id,
            fund_id=benefit.promotion.fund_id if part.organizer else None,
            amount=part.amount,
            organizer_part=part.organizer,
            merchant_part=part.merchant,
        )


def _picture(asked: CartLine) -> str:
    listing = getattr(asked.variant.product, "listing", None)
    return listing.picture.get("small", "") if listing else ""
