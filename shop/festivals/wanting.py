"""Organizers say what they are looking for; stores answer with nominations.

The refusals are said to organizers, whose desk is in English.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.changes import log
from shop.festivals.models import Wanted


@transaction.atomic
def want(row: Wanted, *, at: datetime, by: User) -> Wanted:
    """Save a wish, which the stores that can answer it read at once.

    Raises:
        NotPossible: it names nothing, or proposes both a price and a percentage.
    """
    if row.product is None and row.category is None and not row.country:
        raise NotPossible("Name a product, a category or a country.")
    if row.price is not None and row.percent is not None:
        raise NotPossible("Propose a price or a percentage, not both.")
    row.at, row.by = at, by
    row.save()
    log(row, "want", at=at, by=by, festival=row.festival, reason=row.note)
    return row


@transaction.atomic
def forget(row: Wanted, *, at: datetime, by: User) -> None:
    """Take a wish away; what answered it stays."""
    log(row, "forget", at=at, by=by, festival=row.festival, reason=row.note)
    row.delete()
