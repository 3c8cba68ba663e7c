"""Rows that organizers look after: written whole or refused with a sentence, and logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from shop.core.errors import NotPossible, StaleState
from shop.core.locks import lock
from shop.festivals.changelog import log
from shop.people.accounts.models import User


def write_row(now: models.Model, values: Mapping[str, Any], *, twice: str) -> None:
    """Save a row with other values; called in a transaction.

    Args:
        twice: what to say where there is one like it.

    Raises:
        NotPossible: something of it is wrong, or there is one like it.
    """
    for name, value in values.items():
        setattr(now, name, value)
    try:
        now.full_clean()
        with transaction.atomic():
            now.save()
    except ValidationError as wrong:
        raise NotPossible(" ".join(wrong.messages)) from None
    except IntegrityError:
        raise NotPossible(twice) from None


@transaction.atomic
def remove_row[Row: models.Model](
    row: Row, told: Callable[[Row], dict[str, Any]], *, at: datetime, by: User
) -> None:
    """Remove a row.

    Args:
        told: says of it what the change log keeps.

    Raises:
        StaleState: somebody else has removed it.
    """
    rows: models.QuerySet[Row] = type(row)._default_manager.filter(pk=row.pk)
    now = next(iter(lock(rows)), None)
    if now is None:
        raise StaleState
    log(now, "remove", at=at, by=by, festival=None, before=told(now))
    rows.delete()
