"""A product that comes back after it was sent back: why, and what its store changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shop.catalogue.models import Category, Product
from shop.festivals.models import ChangeLog
from shop.merchant.moderation.compare import NAMES, FieldDifference, difference
from shop.storefront.listings.edit import told, words_of

PICTURES = ("picture_add", "picture_move", "picture_remove", "picture_describe")


@dataclass(frozen=True, slots=True)
class SentBack:
    """The line that sent it back, what differs in words since, and whether pictures do."""

    line: ChangeLog
    words: list[FieldDifference]
    has_other_pictures: bool


def sent_back(product: Product) -> SentBack | None:
    """Return what became of a product since it was sent back last, unless it was approved since.

    Four statements, and one more where its category changed.
    """
    rows = ChangeLog.objects.filter(subject="product", subject_id=product.pk)
    line = rows.filter(action="request_changes").select_related("by").order_by("-pk").first()
    if line is None or rows.filter(pk__gt=line.pk, action="approve").exists():
        return None
    since = rows.filter(pk__gt=line.pk, action__in=("edit", *PICTURES)).order_by("pk")
    before: dict[str, Any] = {}
    others = False
    for action, values in since.values_list("action", "before"):
        others = others or action in PICTURES
        if action == "edit":
            before = values | before  # the first edit knows what was read
    now = told(words_of(product))
    changed = {name: (was, now[name]) for name, was in before.items()
               if name in NAMES and was != now.get(name)}  # fmt: skip
    return SentBack(line, [_difference(name, *sides) for name, sides in changed.items()], others)


def _difference(name: str, before: Any, after: Any) -> FieldDifference:
    if name == "category_id":
        known = dict(Category.objects.filter(pk__in=[before, after]).values_list("pk", "name"))
        before, after = known.get(before, ""), known.get(after, "")
    return difference(NAMES[name], before, after)
