"""A product's way into the shop and out of it: draft, submitted, published, withdrawn, taken down.

Whatever changes a price's life goes through the price lock, and the listing row follows in the
same transaction. Each step is taken by compare-and-set and leaves a line in the change log.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, ProductPicture, Variant
from shop.core.errors import NotPossible, StaleState
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog, Deal, RegularPrice
from shop.festivals.prices import spans
from shop.festivals.pricing.items import PRIOR_PRICE_WINDOW
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own
from shop.storefront.listings.lock import lock_product
from shop.storefront.listings.mail import tell_store
from shop.storefront.listings.refresh import refresh

State = Product.State


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap in a product: the field that it belongs to, and a sentence."""

    field: str
    text: str


class NotReady(NotPossible):
    """A product that lacks something; ``gaps`` lists it all at once."""

    def __init__(self, found: list[Gap]) -> None:
        self.gaps = found
        super().__init__(" ".join(gap.text for gap in found))


def gaps(product: Product, *, at: datetime) -> list[Gap]:
    """Return the gaps to fill before a product can be reviewed. Three statements."""
    found = []
    shown = ProductPicture.objects.filter(product=product).values_list("picture__alt", flat=True)
    texts = list(shown)
    if not texts:
        found.append(Gap("pictures", _("Add a picture")))
    elif not all(text.strip() for text in texts):
        found.append(Gap("pictures", _("Describe each picture for people who cannot see it")))
    if not product.description.strip():
        found.append(Gap("description", _("Describe the product")))
    if not product.origin:
        found.append(Gap("origin", _("Choose the country where it is made")))
    if product.kind == Product.Kind.GOODS:
        found += _variant_gaps(product, at=at)
    return found


def _variant_gaps(product: Product, *, at: datetime) -> list[Gap]:
    priced = RegularPrice.objects.begun(at=at).filter(variant=OuterRef("pk"))
    rows = list(product.variants.filter(is_active=True).annotate(priced=Exists(priced)))
    if not rows:
        return [Gap("variants", _("Add at least one size or kind with a price"))]
    found = []
    if not all(row.priced for row in rows):
        found.append(Gap("variants", _("Give every size a price")))
    if not all(row.weight_g for row in rows):
        found.append(Gap("variants", _("Give every size its packed weight")))
    return found


@transaction.atomic
def submit(product: Product, *, at: datetime, by: User) -> None:
    """Hand a draft, or a product taken off sale, to the organizers for review.

    Raises:
        NotReady: something is missing; ``gaps`` lists it.
        StaleState: it is submitted or on sale already.
    """
    product = lock_product(product.pk)
    if missing := gaps(product, at=at):
        raise NotReady(missing)
    _move(product, State.SUBMITTED, submitted_at=at)
    log(product, "submit", at=at, by=by, festival=None)


def refuse_if_newer(product: Product, *, seen: datetime | None) -> None:
    """Lock a product, and refuse to decide on one that was submitted again after it was seen.

    Args:
        seen: when the version was submitted that the reviewer looked at.

    Raises:
        StaleState: it was submitted at another time, or is not submitted at all.
    """
    now = lock_product(product.pk)
    if seen is None or (now.state, now.submitted_at) != (State.SUBMITTED, seen):
        raise StaleState


@transaction.atomic
def approve(product: Product, *, at: datetime, by: User | None = None) -> datetime:
    """Put a submitted product on sale: its prices, its listing and its state change together.

    Returns:
        The instant from which it is on sale.

    Raises:
        NotPossible: the reviewer is a member of the store.
        StaleState: it is not waiting for a review any more.
    """
    now = lock_product(product.pk)
    refuse_own(now.merchant_id, by=by)
    first = now.published_at
    since = spans.lock_prices([product.pk], at=at)
    changes = {"published_at": first or since, "review_note": ""}
    _move(product, State.PUBLISHED, of=State.SUBMITTED, **changes)
    _list_variants(product, since=since)
    spans.rebuild([product.pk], since=since, what="product published")
    refresh([product.pk], at=since)
    log(product, "approve", at=since, by=by, festival=None)
    return since


@transaction.atomic
def request_changes(product: Product, note: str, *, at: datetime, by: User | None = None) -> None:
    """Send a submitted product back as a draft, with a note that the merchant reads.

    Raises:
        NotPossible: the note is empty, or the reviewer is a member of the store.
        StaleState: it is not waiting for a review any more.
    """
    if not note.strip():
        raise NotPossible(_("Give a reason. The merchant will read it."))
    refuse_own(product.merchant_id, by=by)
    _move(product, State.DRAFT, review_note=note.strip())
    log(product, "request_changes", at=at, by=by, festival=None, reason=note.strip())


@transaction.atomic
def withdraw(product: Product, *, at: datetime, by: User | None = None) -> None:
    """Take a product off sale, or back from review. Orders that are paid are still sent.

    Raises:
        NotPossible: a deal of it runs or will run.
        StaleState: it is neither on sale nor submitted.
    """
    was = lock_product(product.pk).state
    since = spans.lock_prices([product.pk], at=at)
    if has_deals(Variant.objects.filter(product=product), at=since):
        raise NotPossible(
            _(
                "This product has a deal that is not over. Withdraw its nomination, or ask the "
                "organizer to stop the deal."
            )
        )
    after = State.DRAFT if was == State.SUBMITTED else State.WITHDRAWN
    _move(product, after)
    spans.rebuild([product.pk], since=since, what="product withdrawn")
    refresh([product.pk], at=since)
    log(product, "withdraw", at=since, by=by, festival=None, before={"state": was})


@transaction.atomic
def take_down(product: Product, reason: str, *, at: datetime, by: User) -> datetime:
    """Take a product out of the shop as its organizer; its store cannot put it back.

    Unlike a store that withdraws, nobody has to end its deals first: they stay as they are and
    give no price meanwhile, since nothing without a published product has one.

    Returns:
        The instant from which nothing of it is sold.

    Raises:
        NotPossible: there is no reason, or the organizer is a member of the store.
        StaleState: it is not on sale.
    """
    if not reason.strip():
        raise NotPossible(_("Give a reason. The merchant will read it."))
    product = lock_product(product.pk)
    refuse_own(product.merchant_id, by=by)
    since = spans.lock_prices([product.pk], at=at)
    _move(product, State.TAKEN_DOWN, review_note=reason.strip())
    spans.rebuild([product.pk], since=since, what="product taken down")
    refresh([product.pk], at=since)
    line = log(product, "take down", at=since, by=by, festival=None, reason=reason.strip(),
               before={"state": State.PUBLISHED})  # fmt: skip
    tell_store(line, product.merchant_id)
    return since


@transaction.atomic
def put_back(product: Product, *, at: datetime, by: User) -> datetime:
    """Put a product that was taken down on sale again, as it was approved.

    Returns:
        The instant from which it is on sale.

    Raises:
        NotPossible: the organizer is a member of the store.
        StaleState: it is not taken down.
    """
    product = lock_product(product.pk)
    refuse_own(product.merchant_id, by=by)
    since = on_sale_again(product, at=at)
    line = log(product, "put back", at=since, by=by, festival=None)
    tell_store(line, product.merchant_id)
    return since


def on_sale_again(product: Product, *, at: datetime) -> datetime:
    """Move a locked product from taken down to published, with its prices and its listing."""
    since = spans.lock_prices([product.pk], at=at)
    _move(product, State.PUBLISHED, of=State.TAKEN_DOWN, review_note="")
    _list_variants(product, since=since)
    spans.rebuild([product.pk], since=since, what="product put back")
    refresh([product.pk], at=since)
    return since


def has_deals(variants: Any, *, at: datetime) -> bool:
    """Tell whether any of these variants has a deal that runs or will run."""
    waiting = Deal.objects.filter(variant__in=variants, effective_to__gt=at)
    return waiting.exclude(state__in=Deal.GONE).exists()


def _move(product: Product, state: str, *, of: str = "", **changes: object) -> None:
    """Change the state, if that is allowed now.

    Args:
        of: the one state from which it is meant; empty for any that may take the step.
    """
    rows = Product.objects.filter(pk=product.pk)
    if not (rows.filter(state=of) if of else rows).move_to(state, **changes):
        raise StaleState


def _list_variants(product: Product, *, since: datetime) -> None:
    """Set ``listed_at`` of the active variants that have none, or of all after a long absence.

    What was off sale for as long as prior prices look back has no price to be compared with, and
    begins anew: a price that nobody could pay is no public price.
    """
    rows = Variant.objects.filter(product=product, is_active=True)
    gone = ChangeLog.objects.filter(
        subject="product",
        subject_id=product.pk,
        action__in=("withdraw", "take down"),
        before__state="published",
    ).order_by("-at")
    left = gone.values_list("at", flat=True).first()
    if left is None or left > since - PRIOR_PRICE_WINDOW:
        rows = rows.filter(listed_at__isnull=True)
    rows.update(listed_at=since)


def list_again(product_ids: Collection[int], *, left: datetime, since: datetime) -> None:
    """Set ``listed_at`` anew for variants off sale for long, or never on sale since their start.

    Args:
        left: when the store of these locked products was suspended.
        since: when it is open again.
    """
    rows = Variant.objects.filter(
        product__in=product_ids, product__state=State.PUBLISHED, is_active=True,
        listed_at__isnull=False,
    )  # fmt: skip
    if left > since - PRIOR_PRICE_WINDOW:
        rows = rows.filter(listed_at__gte=left)
    rows.update(listed_at=since)
