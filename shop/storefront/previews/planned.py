"""The prices that a preview works out, kept for the pages that somebody looks at in a row.

A festival of a thousand products takes seconds to work out. What is kept here is never shown
without a preview, and belongs to one state of the shop.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Max, Sum

from shop.festivals.models import Nomination, PriceChange, PriceSpan, ProductSpan
from shop.festivals.prices import spans
from shop.storefront.previews.preview import Preview

KEPT_FOR = 60  # seconds
MOST = 4  # previews of one process
NEWEST = 50  # changes, as ``catalogue_version`` counts them: two may commit in another order


@dataclass(frozen=True, slots=True)
class Planned:
    """Spans as the database takes them, by model, and when they were worked out."""

    texts: dict[type[models.Model], str]
    made: float


_kept: dict[tuple[Any, ...], Planned] = {}


def planned_spans(
    preview: Preview, products: Collection[int], *, since: datetime
) -> dict[type[models.Model], str]:
    """Return the spans of products from an instant on as rows in JSON, by model.

    Two statements while they are kept, five more when they are not. The caller has put up all
    of the preview but its prices.
    """
    key = (preview.festival_id, preview.is_waiting, preview.stock, since, *_state(preview))
    found = _kept.get(key)
    if found is None or time.monotonic() - found.made > KEPT_FOR:
        by_variant, by_product = spans.computed(products, since=since)
        texts: dict[type[models.Model], str] = {
            model: text_of(model, [row for own in rows.values() for row in own])
            for model, rows in ((PriceSpan, by_variant), (ProductSpan, by_product))
        }
        while len(_kept) >= MOST:
            _kept.pop(next(iter(list(_kept))), None)
        found = _kept[key] = Planned(texts, time.monotonic())
    return found.texts


def text_of(model: type[models.Model], rows: Sequence[models.Model]) -> str:
    """Return rows that were never saved as JSON, by column; they get numbers below 0."""
    fields = model._meta.concrete_fields
    for number, row in enumerate(rows, 1):
        row.pk = row.pk or -number
    data = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
    return json.dumps(data, default=str)


def _state(preview: Preview) -> tuple[Any, ...]:
    """Return a value that changes with every fact that the prices of a preview depend on."""
    newest = PriceChange.objects.order_by("-pk").values_list("pk", flat=True)[:NEWEST]
    waiting = Nomination.objects.filter(
        slot__festival=preview.festival_id, state=Nomination.State.SUBMITTED
    )
    facts = waiting.aggregate(Count("pk"), Sum("pk"), Max("submitted_at"))
    return (sum(newest), *facts.values())
