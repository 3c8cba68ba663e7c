"""The effects of a new regular price, shown before it is saved. Nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.catalogue.models import Variant
from shop.festivals.models import Deal, RegularPrice
from shop.festivals.prices.reductions import amount
from shop.festivals.words import festival_title


@dataclass(frozen=True, slots=True)
class PriceEffect:
    """One variant's change: amounts in minor units, and a sentence for each deal it touches.

    ``question`` asks back about a price that is far from what is usual.
    """

    variant: Variant
    before: int | None
    after: int
    sentences: tuple[str, ...]
    question: str = ""


def effects(
    variants: Sequence[Variant],
    amounts: Mapping[int, int],
    *,
    questions: Mapping[int, str],
    at: datetime,
) -> list[PriceEffect]:
    """Return the effects of each price change from an instant on. Two statements."""
    now = current_prices(variants, at=at)
    deals = Deal.objects.filter(variant__in=amounts, effective_to__gt=at)
    found: dict[int, list[str]] = {}
    for deal in deals.exclude(state__in=Deal.GONE).select_related(
        "slot__festival", "nomination__enrolment"
    ):
        before, after = now.get(deal.variant_id), amounts[deal.variant_id]
        sentence = _sentence(deal, before, after, at=at)
        if sentence:
            found.setdefault(deal.variant_id, []).append(sentence)
    return [
        PriceEffect(
            row,
            now.get(row.pk),
            amounts[row.pk],
            tuple(found.get(row.pk, ())),
            questions.get(row.pk, ""),
        )
        for row in variants
        if row.pk in amounts
    ]


def current_prices(variants: Sequence[Variant], *, at: datetime) -> dict[int, int]:
    """Return the regular prices in force, by variant id."""
    rows = RegularPrice.objects.begun(at=at).filter(variant__in=[row.pk for row in variants])
    return rows.amounts()


def _sentence(deal: Deal, before: int | None, after: int, *, at: datetime) -> str:
    facts = {"festival": festival_title(deal.slot.festival, get_language() or "en")}
    if deal.rule.follows_regular:
        if before is not None and after > before and deal.effective_from <= at:
            text = _("%(festival)s: its deal is running, so this price cannot rise now.")
            return text % facts
        facts["price"] = amount(deal.rule.price(after))
        return _("%(festival)s: the deal follows and costs %(price)s.") % facts
    if deal.rule.is_undercut(after):
        text = _("%(festival)s: this price is not above the deal. Shoppers pay the lower one.")
        return text % facts
    return ""
