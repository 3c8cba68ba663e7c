"""Seals what lies under an earlier secret with the present one, so that the earlier can be removed.

It may be broken off at any time and called again: what is under the present secret is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models, transaction
from django.db.models import BinaryField, Q, Value
from django.db.models.functions import Cast

from shop.core.keys.seal import SealedField, is_newest, is_sealed, seal_bytes, unseal_bytes
from shop.money.settlements.models import PayoutBatch, PayoutMethod

AT_ONCE = 20  # papers among them have some megabytes each
PLACES: tuple[tuple[type[models.Model], str], ...] = (
    (PayoutBatch, "content"), (PayoutMethod, "sealed"),
)  # fmt: skip
"""The columns that are sealed by hand; those of papers are ``SealedField`` and found by that."""
RAW = BinaryField()


@dataclass(slots=True)
class Sealed:
    """How many are under the present secret, an earlier one, none that is known, and unsealed."""

    newest: int = 0
    earlier: int = 0
    unknown: int = 0
    clear: int = 0


def places() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every column that holds something sealed."""
    yield from PLACES
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField):
                yield model, field.name


def sealed_under(papers: int | None = None) -> Sealed:
    """Count what is sealed, by the secret that opens it.

    Args:
        papers: how many of each kind of paper, the oldest ones; all where there is no bound.
    """
    found = Sealed()
    for model, name in places():
        most = None if (model, name) in PLACES else papers
        for row in _rows(model, name).order_by("pk").values_list("raw")[:most].iterator(AT_ONCE):
            _count(found, model, name, bytes(row[0]))
    return found


def reseal() -> int:
    """Seal all that is under an earlier secret, or not sealed yet; return how many there were.

    What no secret opens is left as it is.
    """
    return sum(_reseal(model, name, ids) for model, name in places() for ids in _parts(model, name))


@transaction.atomic
def _reseal(model: type[models.Model], name: str, ids: list[int]) -> int:
    done = 0
    for pk, content in _rows(model, name).filter(pk__in=ids).values_list("pk", "raw"):
        raw = bytes(content)
        if is_newest(raw):
            continue
        try:
            known = unseal_bytes(raw) if _is_closed(model, name, raw) else raw
        except InvalidToken:
            continue
        sealed = Value(seal_bytes(known), output_field=RAW)
        # What somebody wrote meanwhile is under the present secret already.
        done += _rows(model, name).filter(pk=pk, raw=raw).update(**{name: sealed})
    return done


def _is_closed(model: type[models.Model], name: str, raw: bytes) -> bool:
    """Return whether bytes of a column are sealed: of papers some are from before."""
    return (model, name) in PLACES or is_sealed(raw)


def _rows(model: type[models.Model], name: str) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model._default_manager.all()
    rows = rows.annotate(raw=Cast(name, RAW))
    return rows.exclude(Q(raw=None) | Q(raw=b""))


def _parts(model: type[models.Model], name: str) -> Iterator[list[int]]:
    """Yield the ids, some at a time, in their order."""
    last = 0
    while ids := list(_rows(model, name).filter(pk__gt=last).order_by("pk")
                      .values_list("pk", flat=True)[:AT_ONCE]):  # fmt: skip
        yield ids
        last = ids[-1]


def _count(found: Sealed, model: type[models.Model], name: str, sealed: bytes) -> None:
    if not _is_closed(model, name, sealed):
        found.clear += 1
        return
    if is_newest(sealed):
        found.newest += 1
        return
    try:
        unseal_bytes(sealed)
    except InvalidToken:
        found.unknown += 1
    else:
        found.earlier += 1
