"""What changed since the shopper last looked: the public price of one, then and now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from shop.cart.models import CartLine
from shop.cart.wording import amount, language
from shop.festivals.models import PriceSpan, Slot

Spans = dict[int, list[PriceSpan]]


def spans_of(lines: Sequence[CartLine], *, at: datetime) -> Spans:
    """Return the public prices of a cart's variants since they came in: by variant, latest last.

    One statement.
    """
    oldest = min(line.added_at for line in lines)
    found: Spans = defaultdict(list)
    rows = PriceSpan.objects.filter(
        variant_id__in=[line.variant_id for line in lines], starts_at__lte=at, ends_at__gt=oldest
    )
    for span in rows.select_related("deal__slot__festival").order_by("starts_at"):
        found[span.variant_id].append(span)
    return found


def span_now(spans: Sequence[PriceSpan], *, at: datetime) -> PriceSpan | None:
    """Return the span in force; None while the variant is not on sale."""
    return spans[-1] if spans and spans[-1].ends_at > at else None


def changes(lines: Sequence[CartLine], spans: Spans, *, at: datetime) -> list[str]:
    """Say of each line whose price is another than the one that was shown last: what and why."""
    found = []
    for line in lines:
        now = span_now(spans.get(line.variant_id, ()), at=at)
        if now is None or line.seen_price in (None, now.price):
            continue
        before = [span for span in spans[line.variant_id][:-1] if span.price == line.seen_price]
        facts = {
            "product": line.variant.product.title_in(language()),
            "before": amount(line.seen_price),
            "after": amount(now.price),
            "reason": _reason(before[-1] if before else None, now, at=at),
        }
        found.append(_("%(product)s: was %(before)s, now %(after)s. %(reason)s") % facts)
    return found


def remember(lines: Sequence[CartLine], spans: Spans, *, at: datetime) -> None:
    """Note the prices that are being shown, so that only the next change is told again.

    One statement, and none when nothing changed.
    """
    seen = {}
    for line in lines:
        now = span_now(spans.get(line.variant_id, ()), at=at)
        if now and now.price != line.seen_price:
            seen[line.pk] = now.price
    if seen:
        prices = Case(*[When(pk=pk, then=Value(price)) for pk, price in seen.items()])
        CartLine.objects.filter(pk__in=seen).update(seen_price=prices)


def _reason(before: PriceSpan | None, now: PriceSpan, *, at: datetime) -> str:
    if before and before.deal:
        slot = before.deal.slot
        if slot.festival.ends_at <= at:
            return _("The festival has ended.")
        if slot.kind == Slot.Kind.FLASH:
            return _("The flash deal is over.")
        return _("The deal is over.")
    if now.deal:
        return _("The festival price is on.")
    return _("The store changed its price.")
