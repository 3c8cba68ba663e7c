from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Fund(models.Model):
    """Money that a sponsor gives for a festival's benefits and subsidised deals.

    Benefits and deals commit parts of it before they begin, so no order has to ask it: what may
    be spent is limited by their own budgets and allotments. The discounts that name it are its
    drawdown.
    """

    festival = models.ForeignKey(
        "shop.Festival", models.CASCADE, related_name="funds", db_index=False
    )
    sponsor = models.CharField(max_length=120, help_text="Who gives the money.")
    amount = models.PositiveBigIntegerField(help_text="Minor units.")
    committed = models.PositiveBigIntegerField(default=0, editable=False)
    given = models.PositiveBigIntegerField(
        default=0, db_default=0, editable=False, help_text="Of it, as goodwill to shoppers."
    )

    class Meta:
        ordering = ["sponsor"]
        constraints = [
            models.UniqueConstraint(fields=["festival", "sponsor"], name="sponsor_once"),
            models.CheckConstraint(
                name="fund_within_amount",
                condition=Q(amount__gte=F("committed")),
                violation_error_message="More is promised than the sponsor gives.",
            ),
        ]

    def __str__(self) -> str:
        return self.sponsor
