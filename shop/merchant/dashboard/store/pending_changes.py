"""The changes of a store that wait for review, as its desk shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.merchant.moderation.compare import FieldDifference, Pictures, differences, pictures
from shop.merchant.moderation.models import PendingChange


@dataclass(frozen=True, slots=True)
class Change:
    """A proposed change: since when it waits or why it was refused, and its differences.

    ``is_public`` tells whether shoppers see what was approved meanwhile; of what was taken down
    they see nothing.
    """

    is_waiting: bool
    is_public: bool
    since: datetime
    note: str
    words: list[FieldDifference]
    pictures: list[Pictures]


def change_of(pending_change: PendingChange | None) -> Change | None:
    """Return a proposed change ready to be read, or None where there is none."""
    if pending_change is None:
        return None
    return Change(
        pending_change.is_waiting,
        is_public(pending_change.product),
        pending_change.waits_since,
        pending_change.note,
        differences(pending_change),
        pictures(pending_change),
    )


def is_public(product: Product | None) -> bool:
    """Tell whether shoppers see the approved version; of a store they always do."""
    return product is None or product.is_public


def saved(*, waits: bool, of: Product | None = None) -> str:
    """Return the sentence after saving: the change is saved, or waits for review.

    Args:
        of: the product that it is about; None for the page of a store.
    """
    if waits and not is_public(of):
        return _("Your change waits for a look.")
    if waits:
        return _("Your change waits for a look. Until then shoppers see what was approved.")
    return _("Your changes are saved.")
