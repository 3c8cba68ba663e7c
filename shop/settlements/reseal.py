"""Seals what lies under an earlier secret with the present one, so that the earlier can be removed.

It may be broken off at any time and called again: what is under the present secret is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import models, transaction
from django.db.models import Q

from shop.locks import lock
from shop.settlements.models import PayoutBatch, PayoutMethod
from shop.settlements.seal import is_newest, seal_bytes, unseal_bytes

AT_ONCE = 100
PLACES: tuple[tuple[type[models.Model], str], ...] = (
    (PayoutBatch, "content"), (PayoutMethod, "sealed"),
)  # fmt: skip
"""Every column that holds something sealed; a test looks for others."""


@dataclass(slots=True)
class Sealed:
    """How many are under the present secret, under an earlier one, and under none that is known."""

    newest: int = 0
    earlier: int = 0
    unknown: int = 0


def sealed_under() -> Sealed:
    """Count what is sealed, by the secret that opens it."""
    found = Sealed()
    for model, name in PLACES:
        for row in _rows(model, name).only(name).iterator(AT_ONCE):
            _count(found, bytes(getattr(row, name)))
    return found


def reseal() -> int:
    """Seal all that is under an earlier secret with the present one; return how many there were.

    What no secret opens is left as it is.
    """
    return sum(_reseal(model, name, ids) for model, name in PLACES for ids in _parts(model, name))


@transaction.atomic
def _reseal(model: type[models.Model], name: str, ids: list[int]) -> int:
    done = 0
    for row in lock(_rows(model, name).filter(pk__in=ids)):
        sealed = bytes(getattr(row, name))
        if is_newest(sealed):
            continue
        try:
            content = unseal_bytes(sealed)
        except InvalidToken:
            continue
        setattr(row, name, seal_bytes(content))
        row.save(update_fields=[name])
        done += 1
    return done


def _rows(model: type[models.Model], name: str) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model._default_manager.all()
    return rows.exclude(Q((name, None)) | Q((name, b"")))


def _parts(model: type[models.Model], name: str) -> Iterator[list[int]]:
    """Yield the ids, some at a time, in their order."""
    last = 0
    while ids := list(_rows(model, name).filter(pk__gt=last).order_by("pk")
                      .values_list("pk", flat=True)[:AT_ONCE]):  # fmt: skip
        yield ids
        last = ids[-1]


def _count(found: Sealed, sealed: bytes) -> None:
    if is_newest(sealed):
        found.newest += 1
        return
    try:
        unseal_bytes(sealed)
    except InvalidToken:
        found.unknown += 1
    else:
        found.earlier += 1
