"""The standing of a deal at a moment, in a word, and its name among its product's deals."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from shop.festivals.local_time import wall_of
from shop.festivals.models import Closure, Deal

RUNNING, COMING, OVER = "running", "to come", "over"
SOLD_OUT, PAUSED = "sold out", "paused"
WORDS = (RUNNING, COMING, OVER, SOLD_OUT, PAUSED, "void", "withdrawn")


def with_sold_out(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    """Add ``is_sold_out``: whether a deal gives no price since its units are gone."""
    gone = Closure.objects.filter(deal=OuterRef("pk"), reason=Closure.Reason.SOLD_OUT, ends_at=None)
    return deals.annotate(is_sold_out=Exists(gone))


def standing_of(deal: Deal, *, at: datetime) -> str:
    """Return the word for a deal that was read ``with_sold_out``."""
    if deal.state in Deal.GONE:
        return str(deal.state)
    if deal.effective_to <= at:
        return OVER
    if deal.state == Deal.State.PAUSED:
        return PAUSED
    if deal.is_sold_out:
        return SOLD_OUT
    return RUNNING if deal.effective_from <= at else COMING


def standing(word: str, *, at: datetime) -> Q:
    """Return the condition for deals of a word, on rows that were read ``with_sold_out``."""
    if word not in (RUNNING, COMING, OVER, SOLD_OUT, PAUSED):
        return Q(state=word)
    if word == OVER:
        return Q(effective_to__lte=at) & ~Q(state__in=Deal.GONE)
    lasts = Q(effective_to__gt=at)
    if word == PAUSED:
        return lasts & Q(state=Deal.State.PAUSED)
    open_ = lasts & Q(state=Deal.State.APPROVED, is_sold_out=word == SOLD_OUT)
    if word == SOLD_OUT:
        return open_
    return open_ & (Q(effective_from__lte=at) if word == RUNNING else Q(effective_from__gt=at))


def choice(options: str, starts_at: datetime | None, zone: str) -> str:
    """Return the name of a variant: its options, and of a ticket its date first."""
    if starts_at is None:
        return options
    when = f"{wall_of(starts_at, zone or 'UTC'):%-d %b %Y, %H:%M}"
    return f"{when}, {options}" if options else when
