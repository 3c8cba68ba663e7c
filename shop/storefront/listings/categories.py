"""Moves and renames categories with those below them; lists follow at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from shop.catalogue.models import Category, Product
from shop.core.errors import NotPossible
from shop.core.locks import lock
from shop.festivals.prices import spans
from shop.storefront.listings.refresh import refresh

PATH = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)?")
LONGEST_TOP = 40  # letters, as a listing keeps it


@transaction.atomic
def save_category(category: Category, *, at: datetime) -> None:
    """Save a category with its path and its names; those below it keep standing below it.

    Raises:
        NotPossible: it cannot stand where its path says; nothing is changed.
    """
    # The whole tree is some dozen rows; locked, nobody moves the category above meanwhile.
    rows = {row.pk: row for row in lock(Category.objects.all(), fully=True)}
    before = rows.get(category.pk)
    if before is None or before.path != category.path:
        _check_place(category, rows)
    below = _below(before, rows) if before else []
    _inherit(category, rows)
    category.save()
    for row in below:
        row.path = category.path + row.path.removeprefix(cast("Category", before).path)
        _follow(row, cast("Category", before), category)
    Category.objects.bulk_update(below, ["path", "barred", "min_age"])
    products = Product.objects.public().filter(
        category__in=[category.pk, *(row.pk for row in below)]
    )
    refresh(list(products.values_list("pk", flat=True)), at=at)
    spans.mark_change("category", at=at)  # menus and filters name it, with products or without


def usual_codes(category: Category) -> list[str]:
    """Return the customs codes that products of a category have most, up to three."""
    rows = Product.objects.public().filter(category=category).exclude(hs_code="")
    counted = rows.order_by().values("hs_code").annotate(n=Count("pk")).order_by("-n", "hs_code")
    return [row["hs_code"] for row in counted[:3]]


def check_place(category: Category) -> None:
    """Refuse a path at which the category cannot stand.

    Raises:
        NotPossible: as the text says.
    """
    _check_place(category, {row.pk: row for row in Category.objects.all()})


def _check_place(category: Category, rows: Mapping[int, Category]) -> None:
    path, before = category.path, rows.get(category.pk)
    top, stroke, _last = path.partition("/")
    if not PATH.fullmatch(path) or len(top) > LONGEST_TOP:
        raise NotPossible(
            _("Write small letters, digits and hyphens, with one stroke at the most: food/coffee")
        )
    paths = {row.path for row in rows.values() if row.pk != category.pk}
    below = _below(before, rows) if before else []
    if stroke and before and before.path == top:
        raise NotPossible(_("A category cannot stand below itself."))
    if stroke and top not in paths:
        raise NotPossible(_("There is no category “%(path)s” for it to stand in.") % {"path": top})
    if stroke and below:
        raise NotPossible(_("Other categories stand in it, so it can only stand at the top."))
    if path in paths:
        raise NotPossible(_("There is a category “%(path)s” already.") % {"path": path})
    for row in below:
        moved = path + row.path.removeprefix(cast("Category", before).path)
        if moved in paths:
            raise NotPossible(_("There is a category “%(path)s” already.") % {"path": moved})


def _inherit(category: Category, rows: Mapping[int, Category]) -> None:
    """Let a category bar and ask for at least what the one above it does."""
    top = category.path.partition("/")[0]
    above = next((row for row in rows.values() if row.path == top and row.pk != category.pk), None)
    if above and above.path != category.path:
        category.barred = sorted({*category.barred, *above.barred})
        category.min_age = max(category.min_age, above.min_age)


def _follow(row: Category, before: Category, after: Category) -> None:
    """Let a category follow what changed in the one above it; rules of its own stay."""
    gone, come = set(before.barred) - set(after.barred), set(after.barred) - set(before.barred)
    row.barred = sorted((set(row.barred) - gone) | come)
    if row.min_age == before.min_age or row.min_age < after.min_age:
        row.min_age = after.min_age


def _below(category: Category, rows: Mapping[int, Category]) -> list[Category]:
    return [row for row in rows.values() if row.path.startswith(f"{category.path}/")]
