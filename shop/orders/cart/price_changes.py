"""Price changes since the shopper last looked: the public price of one unit, then and now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from shop.festivals.models import PriceSpan, Slot
from shop.festivals.pricing.items import public_price
from shop.orders.cart.formats import amount, language
from shop.orders.cart.models import CartLine
from shop.orders.cart.pricing import PricedCart

Spans = dict[int, list[PriceSpan]]


def changes(priced: PricedCart, *, at: datetime) -> list[str]:
    """Return a sentence for each line whose price differs from the one last shown, with the reason.

    One statement, and none when no price has changed.
    """
    changed = [(line, price) for line, price in _changed(priced) if line.seen_price is not None]
    if not changed:
        return []
    spans, found = _spans([line for line, _price in changed], at=at), []
    for line, price in changed:
        known = spans[line.variant_id]
        now = known[-1] if known and known[-1].ends_at > at else None
        before = [span for span in known[:-1] if span.price == line.seen_price]
        facts = {
            "product": line.variant.product.title_in(language()),
            "before": amount(cast("int", line.seen_price)),
            "after": amount(price),
            "reason": _reason(before[-1] if before else None, now, at=at),
        }
        found.append(_("%(product)s: was %(before)s, now %(after)s. %(reason)s") % facts)
    return found


def remember(priced: PricedCart) -> None:
    """Note the prices that are being shown, so that only the next change is told again.

    One statement, and none when nothing changed.
    """
    if seen := {line.pk: price for line, price in _changed(priced)}:
        prices = Case(*[When(pk=pk, then=Value(price)) for pk, price in seen.items()])
        CartLine.objects.filter(pk__in=seen).update(seen_price=prices)


def _spans(lines: Sequence[CartLine], *, at: datetime) -> Spans:
    """Return the public prices of variants since they came in: by variant, the latest last."""
    found: Spans = defaultdict(list)
    rows = PriceSpan.objects.filter(
        variant_id__in=[line.variant_id for line in lines],
        starts_at__lte=at,
        ends_at__gt=min(line.added_at for line in lines),
    )
    for span in rows.select_related("deal__slot__festival").order_by("starts_at"):
        found[span.variant_id].append(span)
    return found


def _changed(priced: PricedCart) -> list[tuple[CartLine, int]]:
    """Return the lines whose public price is not the one that was shown last, with the price."""
    at = priced.quote.at
    prices = {w.variant.id: public_price(w.variant, at) for w in priced.quote.basket.wanted}
    return [
        (line, price.price)
        for line in priced.lines
        if (price := prices[line.variant_id]) and price.price != line.seen_price
    ]


def _reason(before: PriceSpan | None, now: PriceSpan | None, *, at: datetime) -> str:
    if before and before.deal and before.price < before.regular:
        slot = before.deal.slot
        if slot.festival.ends_at <= at:
            return _("The festival has ended.")
        if slot.kind == Slot.Kind.FLASH:
            return _("The flash deal is over.")
        return _("The deal is over.")
    if now and now.deal and now.price < now.regular:
        return _("The festival price is on.")
    return _("The store changed its price.")
