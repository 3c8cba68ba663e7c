"""Stores whose changes are public at once, and are looked at later."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from shop.catalogue.models import Category, Product
from shop.core.errors import NotPossible, ShopError
from shop.core.jobs import delete_some
from shop.core.stored_names import stored_name
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog
from shop.merchant.moderation.compare import FieldDifference, Parts, differences, pictures
from shop.merchant.moderation.contents import pending_change_of
from shop.merchant.moderation.decide import make_public
from shop.merchant.moderation.models import LaterReview, PendingChange
from shop.merchant.moderation.write import lock
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own
from shop.storefront.listings.mail import tell_store

Verdict = LaterReview.Verdict
LOOKED_BACK = timedelta(days=365)
LAST_WORDS = (
    "refuse change", "take down", "approve", "approve change", "publish change", "put back",
    "take back change",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a store's changes within a year, and how often something was taken down."""

    approved: int
    refused: int
    taken_down: int


def show_at_once(subject: Product | Merchant, *, waits: bool, at: datetime, by: User) -> bool:
    """Make a change public at once where its store is trusted; somebody looks at it later.

    Args:
        waits: something new waits for a look.

    Returns:
        Whether it waits still: of other stores, of what was taken down, refused or is suspended,
        a category with other rules, and new sizes, which come with a price.
    """
    store = subject.merchant if isinstance(subject, Product) else subject
    if not (waits and store.is_trusted):
        return waits
    try:
        return not _shown(subject, at=at, by=by)
    except ShopError:  # a SKU that was taken meanwhile: whoever looks at it reads why
        return True


@transaction.atomic
def _shown(subject: Product | Merchant, *, at: datetime, by: User) -> bool:
    """Make the change of a subject public, and put it down to be looked at; tell whether it is."""
    now = lock(subject)
    store = Merchant.objects.get(pk=now.merchant_id if isinstance(now, Product) else now.pk)
    pending_change = pending_change_of(now)
    is_public = not isinstance(now, Product) or now.state == Product.State.PUBLISHED
    if not (store.is_trusted and store.is_trading and is_public) or pending_change is None:
        return False
    if pending_change.variants or _leaves_rules(now, pending_change) or _was_refused(now):
        return False
    with override("en"):  # organizers read it
        shown = [asdict(row) for row in [*differences(pending_change), *_albums(pending_change)]]
    LaterReview.objects.create(
        merchant=store, product=now if isinstance(now, Product) else None, shown=shown, at=at,
        by=by,
    )  # fmt: skip
    make_public(pending_change, "publish change", at=at, by=by)
    return True


def _leaves_rules(subject: Product | Merchant, pending_change: PendingChange) -> bool:
    """Tell whether a change puts a product where other countries are barred, or another age."""
    if not isinstance(subject, Product) or "category_id" not in pending_change.words:
        return False
    ids = (subject.category_id, pending_change.words["category_id"])
    rules = Category.objects.filter(pk__in=ids).values_list("barred", "min_age")
    return len({(tuple(sorted(barred)), age) for barred, age in rules}) > 1


def _was_refused(subject: Product | Merchant) -> bool:
    """Tell whether the last word of an organizer on a subject was no: its change is read again."""
    rows = ChangeLog.objects.filter(
        subject=stored_name(subject), subject_id=subject.pk, action__in=LAST_WORDS
    )
    last = rows.order_by("-pk").values_list("action", flat=True).first()
    return last in ("refuse change", "take down")


@transaction.atomic
def set_trust(merchant: Merchant, is_trusted: bool, reason: str, *, at: datetime, by: User) -> None:
    """Trust a store with its words and pictures, or no more; what waits goes on waiting.

    Raises:
        NotPossible: it is so already, there is no reason, or the organizer is a member.
    """
    if not reason.strip():
        raise NotPossible(_("Give a reason. The merchant will read it."))
    now = lock(merchant)
    refuse_own(now.pk, by=by)
    if now.is_trusted == is_trusted:
        raise NotPossible("It is so already.")
    tell_store(_set(now, is_trusted, reason.strip(), at=at, by=by), now.pk)


def lose_trust(merchant_id: int, reason: str, *, at: datetime, by: User) -> None:
    """Trust a store no more, because something of it is taken away; a mail says so.

    Call it before products are locked.
    """
    now = lock(Merchant(pk=merchant_id))
    if now.is_trusted:
        tell_store(_set(now, False, reason, at=at, by=by), now.pk)


def end_looks(product: Product, *, at: datetime, by: User) -> None:
    """Take what waits to be looked at of a product as looked at: it is taken down."""
    rows = LaterReview.objects.filter(product=product, looked_at=None)
    rows.update(verdict=Verdict.DOWN, looked_at=at, looked_by=by)


@transaction.atomic
def look(pk: int, verdict: str, note: str, *, at: datetime, by: User) -> LaterReview:
    """Write down what somebody thinks who looked at a change that is public.

    Raises:
        NotPossible: somebody looked before, the organizer is a member of the store, or the store
            is asked for nothing.
    """
    found = LaterReview.objects.select_related("merchant", "product").get(pk=pk)
    refuse_own(found.merchant_id, by=by)
    if verdict == Verdict.ASKED and not note.strip():
        raise NotPossible("Say what to mend. The store reads it.")
    rows = LaterReview.objects.filter(pk=pk, looked_at=None)
    if not rows.update(verdict=verdict, note=note.strip(), looked_at=at, looked_by=by):
        raise NotPossible("Somebody has looked at it meanwhile.")
    subject = found.product or found.merchant
    action = "ask to mend" if verdict == Verdict.ASKED else "look later"
    line = log(subject, action, at=at, by=by, festival=None, reason=note.strip())
    if verdict == Verdict.ASKED:
        tell_store(line, found.merchant_id)
    return found


def forget_looks(*, at: datetime) -> int:
    """Delete what was looked at long ago; return how many."""
    rows = LaterReview.objects.filter(looked_at__lt=at - LOOKED_BACK)
    return delete_some(rows.order_by("looked_at"))


def record_of(merchant: Merchant, *, at: datetime) -> Record:
    """Return what became of a store's changes within a year. One statement."""
    products = Product.objects.filter(merchant=merchant).values("pk")
    mine = Q(subject="merchant", subject_id=merchant.pk) | Q(
        subject="product", subject_id__in=products
    )
    actions = ("approve change", "refuse change", "take down")
    rows = ChangeLog.objects.filter(mine, action__in=actions, at__gte=at - LOOKED_BACK)
    found = list(rows.values_list("action", flat=True))
    return Record(*(found.count(action) for action in actions))


def shown_of(found: LaterReview) -> list[FieldDifference]:
    """Return what differed, before and after."""
    return [FieldDifference(row["name"], _parts(row["before"]), _parts(row["after"]))
            for row in found.shown]  # fmt: skip


def _parts(rows: list[list[Any]]) -> Parts:
    return tuple((bool(differs), str(text)) for differs, text in rows)


def _albums(pending_change: Any) -> list[FieldDifference]:
    """Return the places whose pictures differ, as the words that stand for the pictures."""

    def said(tiles: Any) -> Parts:
        return tuple((bool(tile.mark), f"{tile.picture.alt or tile.picture.title}\n")
                     for tile in tiles)  # fmt: skip

    return [FieldDifference(place.name, said(place.before), said(place.after))
            for place in pictures(pending_change)]  # fmt: skip


def _set(now: Merchant, is_trusted: bool, reason: str, *, at: datetime, by: User) -> ChangeLog:
    Merchant.objects.filter(pk=now.pk).update(is_trusted=is_trusted)
    action = "trust" if is_trusted else "trust no more"
    return log(now, action, at=at, by=by, festival=None, reason=reason)
