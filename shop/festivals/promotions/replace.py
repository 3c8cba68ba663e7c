"""A voucher in place of one whose time is over, for a shopper who is not to blame."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.core.errors import NotPossible
from shop.festivals.models import Claim, Festival, Promotion
from shop.festivals.pricing.benefit_form import COLUMNS
from shop.festivals.promotions import sponsors
from shop.festivals.promotions.code_batches import new_code

LASTS = timedelta(days=30)
KEPT = (
    "festival_id", "merchant_id", "title", "titles", "group", "kind", "trigger", *COLUMNS,
    "organizer_share", "fund_id", "per_shopper",
)  # fmt: skip


def may_still_be_used(promotion: Promotion, *, at: datetime) -> bool:
    """Tell whether the time of a voucher is not over; one that is paused may go on."""
    is_over = promotion.use_to <= at or promotion.state == Promotion.State.ENDED_EARLY
    return not is_over and promotion.festival.state == Festival.State.PUBLISHED


def give_equal(claim: Claim, amount: int, *, at: datetime) -> Claim | None:
    """Give a voucher of the same terms for the next days to whoever had one; return it.

    None where the festival is over: a benefit holds for goods that take part while it lasts.

    Args:
        amount: what the old one took off, in minor units. A sponsor gives so much again at the
            most; where the fund has less left, the organizer pays.
    """
    old = claim.promotion
    if old.festival.state != Festival.State.PUBLISHED or old.festival.ends_at <= at:
        return None
    new = Promotion(
        **{name: getattr(old, name) for name in KEPT},
        instead_of=old,
        state=Promotion.State.ACTIVE,
        use_from=at,
        use_to=min(at + LASTS, old.festival.ends_at),
        claim_from=at,
        claim_to=at,  # nobody else claims it
        max_claims=1,
        max_uses=1,
        claimed=1,
    )
    if new.fund_id:
        new.budget = amount
        _promise(new, amount)
    new.save()
    return Claim.objects.create(
        promotion=new,
        shopper_id=claim.shopper_id,
        mailbox_id=claim.mailbox_id,
        code=new_code() if claim.code else None,
        claimed_at=at,
    )


def _promise(promotion: Promotion, amount: int) -> None:
    fund = promotion.fund
    if fund is None:
        return
    try:
        sponsors.commit(fund, sponsors.share_of(promotion, amount))
    except NotPossible:
        promotion.fund = promotion.budget = None
