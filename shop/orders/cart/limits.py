"""How many units of limited deals one shopper may still buy. Personal: never in a shared page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.models import Variant
from shop.core.conditions import under
from shop.core.languages import labelled
from shop.festivals.models import Deal, DealUsage
from shop.people.accounts.models import User


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """A limited deal of a product, and how many of its units one shopper may still buy."""

    label: str
    limit: int
    left: int

    @property
    def text(self) -> str:
        """Say it in a sentence."""
        facts = {"count": self.left, "limit": self.limit}
        if not self.left:
            text = ngettext(
                "You have had the %(count)d unit that one shopper can buy at this price. "
                "More cost the regular price.",
                "You have had the %(count)d units that one shopper can buy at this price. "
                "More cost the regular price.",
                self.limit,
            ) % {"count": self.limit}
        else:
            text = (
                ngettext(
                    "You can buy %(count)d more at this price (limit %(limit)d per shopper).",
                    "You can buy %(count)d more at this price (limit %(limit)d per shopper).",
                    self.left,
                )
                % facts
            )
        return labelled(self.label, text) if self.label else text


def own_limits(product_id: int, user: User, *, at: datetime) -> list[OwnLimit]:
    """Return the limits of a product's running deals for one shopper. One statement.

    Where no unit was bought yet all limits are alike, so that variants are not told apart.
    """
    usage = DealUsage.objects.filter(deal=OuterRef("pk"), mailbox=user.mailbox_id)
    deals = (
        Deal.objects.open(at=at)
        .filter(
            under("variant", Variant.on_sale(at)),
            variant__product=product_id,
            per_shopper__isnull=False,
        )
        .annotate(had=Coalesce(Subquery(usage.values(n=DealUsage.TAKEN)[:1]), Value(0)))
        .select_related("variant")
        .order_by("variant__position", "pk")
    )
    rows: list[Any] = list(deals)
    found = [
        OwnLimit(row.variant.label, row.per_shopper, max(0, row.per_shopper - row.had))
        for row in rows
    ]
    if len(found) < 2 or not any(row.had for row in rows):
        return [OwnLimit("", one.limit, one.left) for one in found[:1]]
    return found


def needs_confirming() -> str:
    """Return the request to confirm the email address, for limited deals and vouchers."""
    return _("Vouchers and limited deals need a confirmed email address.")
