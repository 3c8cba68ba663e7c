"""The reminders that the page of a product offers: its next deal, and units that may come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.catalogue.words import ProductTerms
from shop.core import dates
from shop.core.languages import beside
from shop.storefront.cache.catalogue_version import CatalogueVersion
from shop.storefront.product.sessions import SessionChoice
from shop.storefront.product.variants import VariantNow

MOST = 20


@dataclass(frozen=True, slots=True)
class WaitingNames:
    """Names of things to wait for, as ``shop.orders.reminders`` knows them.

    ``coming`` is the product's next opening, at ``opens_at`` in ``zone``: ``opens`` in words,
    ``opens_own`` for script, by the reader's own clock. ``returns`` are sold-out variants, or
    deals of which all is claimed, each with its label.
    """

    coming: str
    opens: str
    returns: tuple[tuple[str, str], ...]
    is_claimed: bool
    opens_at: datetime | None = None
    zone: str = ""
    opens_own: str = ""


def waiting(
    product: Product,
    terms: ProductTerms,
    variants: Sequence[VariantNow],
    sessions: Sequence[SessionChoice],
    *,
    version: CatalogueVersion,
    language: str,
) -> WaitingNames:
    """Return the names of the events that a shopper can wait for.

    Args:
        product: with ``listed``, the festivals in which it takes part.
        terms: what its options are called in the language.
    """
    opens_at, zone = _opening(variants, product.listed, version) or (None, "")
    opens = _opens(opens_at, zone, language) if opens_at else ""
    sold_out = _sold_out(variants, sessions, terms, language)
    claimed = () if sold_out else _claimed(variants, terms)
    return WaitingNames(
        coming=f"product-{product.pk}" if opens else "",
        opens=opens,
        returns=(sold_out or claimed)[:MOST],
        is_claimed=bool(claimed),
        opens_at=opens_at,
        zone=zone,
        opens_own=_("In a festival from %(date)s") % {"date": dates.own_words()} if opens else "",
    )


def turns_of(variants: Sequence[VariantNow]) -> list[datetime]:
    """Return the instants at which something that is waited for opens."""
    return [variant.next_starts for variant in variants if variant.next_starts]


def _opening(
    variants: Sequence[VariantNow], listed: Sequence[int], version: CatalogueVersion
) -> tuple[datetime, str] | None:
    """Return when the next deal or festival opens, and in which zone it does."""
    found = [(v.next_starts, v.next_zone or "") for v in variants if v.next_starts]
    if not found:
        coming = [f for f in version.festivals if f.id in listed and f.starts_at > version.seen_at]
        found = [(festival.starts_at, festival.zone) for festival in coming]
    return min(found, default=None)


def _opens(starts_at: datetime, zone: str, language: str) -> str:
    when = dates.day_and_hour(starts_at, zone, language)
    begins = _("In a festival from %(date)s") % {"date": when}
    return beside(begins, dates.zone_name(starts_at, zone, language))


def _sold_out(
    variants: Sequence[VariantNow],
    sessions: Sequence[SessionChoice],
    terms: ProductTerms,
    language: str,
) -> tuple[tuple[str, str], ...]:
    if sessions:
        return tuple(
            (f"variant-{session.kinds[0].id}", _session(session, language))
            for session in sessions
            if not session.is_open
        )
    gone = [v for v in variants if v.price is not None and not v.is_buyable]
    return tuple((f"variant-{v.id}", terms.label(v.options).text) for v in gone)


def _claimed(variants: Sequence[VariantNow], terms: ProductTerms) -> tuple[tuple[str, str], ...]:
    full = [v for v in variants if v.allotment is not None and v.held + v.sold >= v.allotment]
    return tuple((f"deal-{v.id}", terms.label(v.options).text) for v in full)


def _session(session: SessionChoice, language: str) -> str:
    day = dates.weekday_in(session.starts, session.zone, language)
    return beside(day, dates.hour(session.starts, session.zone))
