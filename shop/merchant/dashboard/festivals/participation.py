"""A store's part in festivals: those that it has joined, and the items it sold there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from shop.festivals.models import Enrolment, Festival
from shop.people.merchants.models import Merchant
from shop.reports.models import Tally


@dataclass(frozen=True, slots=True)
class Joined:
    """The part in one festival; ``sold`` are the items of its statement that did not go back."""

    enrolment: Enrolment
    phase: str
    sold: int


def joined_by(merchant: Merchant, *, at: datetime, but: Collection[int] = ()) -> list[Joined]:
    """Return a store's part in each festival, the newest first. One statement.

    What it sold is read from the tallies: the deals of a festival may be many.

    Args:
        but: ids of festivals that are left out.
    """
    own = Enrolment.objects.filter(merchant=merchant).exclude(festival__in=but)
    tallies = Tally.objects.filter(
        festival=OuterRef("festival"), kind=Tally.Kind.MERCHANT, key=str(merchant.pk)
    )
    sold = Subquery(tallies.values(units_kept=F("units") - F("refunded_units")))
    rows = own.select_related("festival").annotate(sold=sold)
    return [
        Joined(row, _phase(row.festival, at), row.sold or 0)
        for row in rows.order_by("-festival__starts_at", "-pk")
    ]


def _phase(festival: Festival, at: datetime) -> str:
    if festival.state == Festival.State.CANCELLED:
        return _("Cancelled")
    if at < festival.starts_at:
        return _("Coming")
    is_over = at >= festival.ends_at or festival.state == Festival.State.CLOSED
    return _("Ended") if is_over else _("On now")
