"""Words that many products share: their names in every language, which the search follows."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.tasks import task

from shop.catalogue.models import Product, Term
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.locks import lock_one, locked
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.festivals.prices import spans
from shop.people.accounts.models import User
from shop.storefront.listings.lock import lock_listings
from shop.storefront.listings.search_index import index

BATCH = 500


@transaction.atomic
def save_term(term: Term, *, at: datetime, by: User | None) -> None:
    """Save a word with its names; pages follow at once, the search within a minute.

    Raises:
        NotPossible: somebody else added it meanwhile.
    """
    before = locked(Term.objects.filter(pk=term.pk), fully=True).first()
    try:
        with transaction.atomic():
            term.save()
    except IntegrityError:
        raise NotPossible("This word is there already. Change that one.") from None
    log(term, "change" if before else "create", at=at, by=by, festival=None,
        before=_told(before) if before else {}, after=_told(term))  # fmt: skip
    _follow(*(row for row in (before, term) if row), at=at)


@transaction.atomic
def remove_term(term: Term, *, at: datetime, by: User | None) -> None:
    """Remove a shared word: products show it as their stores wrote it."""
    now = lock_one(Term.objects, term.pk, fully=True)
    log(now, "remove", at=at, by=by, festival=None, before={"label": now.term, **_told(now)})
    now.delete()
    _follow(now, at=at)


@task
def index_material(word: str) -> None:
    """Index the products of a material anew, under its present names."""
    after = 0
    made_of = Product.objects.filter(materials__contains=[word], listing__isnull=False)
    while ids := list(
        made_of.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        with transaction.atomic():
            lock_listings(ids)
            index(ids)
            spans.mark_change("words", at=clock.now())
        after = ids[-1]


def _follow(*rows: Term, at: datetime) -> None:
    spans.mark_change("words", at=at)
    for word in sorted({row.term for row in rows if row.kind == Term.Kind.MATERIAL}):
        enqueue(index_material, word)


def _told(term: Term) -> dict[str, object]:
    return {"kind": term.kind, "term": term.term, "names": term.names, "is_read": term.is_read}
