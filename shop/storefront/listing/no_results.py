"""The offers of a page without results: other words, categories, popular products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.core.currencies import written
from shop.core.languages import in_language, listed
from shop.storefront.cache.catalogue_version import CatalogueVersion
from shop.storefront.cards import Card, cards
from shop.storefront.listing.applied_filters import Chip, address
from shop.storefront.search.filters import BEST, Filters
from shop.storefront.search.find import ProductRow, find, find_popular
from shop.storefront.search.understand import Search, understand

POPULAR, CATEGORIES = 5, 8


@dataclass(frozen=True, slots=True)
class SearchNote:
    """A sentence about how a search was understood, and the way to have it otherwise."""

    text: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """The offers in place of results; ``words`` are those of the search, each alone.

    ``meant`` are searches that may have been meant; ``mentions`` leads to what only mentions it.
    """

    words: tuple[Chip, ...]
    categories: tuple[Chip, ...]
    title: str
    cards: list[Card]
    meant: tuple[Chip, ...] = ()
    mentions: str = ""


def notes(
    filters: Filters, search: Search | None, path: str, *, is_near: bool
) -> tuple[SearchNote, ...]:
    """Return how a search was understood, where that is not word by word.

    Args:
        is_near: nothing fits all of it, and what is shown fits in part.
    """
    if search is None or filters.place:
        return ()
    if filters.is_exact:
        return tuple(_mentioned(search))
    url = address(path, filters.changed(is_exact=True))
    label = _("Only “%(query)s”") % {"query": filters.words}
    understood = (
        SearchNote(text, url, label) for text in _understood(filters, search, is_near=is_near)
    )
    return (*understood, *_offered(search, path))


def _mentioned(search: Search) -> Iterator[SearchNote]:
    if search.mentioned:
        yield SearchNote(_("No product has this name. These mention it."), "", "")


def _offered(search: Search, path: str) -> Iterator[SearchNote]:
    yield from _mentioned(search)
    for words in search.offers:
        url = address(path, Filters(words=words, sort="best"))
        yield SearchNote(_("Did you mean:"), url, _("“%(query)s”") % {"query": words})


def _understood(filters: Filters, search: Search, *, is_near: bool) -> Iterator[str]:
    if is_near:
        text = _("Nothing matches all of “%(query)s”. These come near.")
        yield text % {"query": search.instead or filters.words}
    elif search.instead:
        yield _("Showing results for “%(query)s”.") % {"query": search.instead}
    elif search.also:
        terms = listed(search.also[:2])
        yield _("Also showing results for %(term)s.") % {"term": terms}
    low, high = (
        price and written(price, settings.SHOP_CURRENCY, get_language() or "en")
        for price in (search.low, search.high)
    )
    if low and high:
        yield _("Only prices from %(low)s to %(high)s are shown.") % {"low": low, "high": high}
    elif high:
        yield _("Only prices up to %(amount)s are shown.") % {"amount": high}
    elif low:
        yield _("Only prices from %(amount)s on are shown.") % {"amount": low}


def nothing(
    filters: Filters,
    search: Search | None,
    version: CatalogueVersion,
    *,
    at: datetime,
    language: str,
) -> Nothing:
    """Return the offers for a search that finds nothing. One statement."""
    path = reverse("products")
    parts = search.parts if search else ()
    rows = find_popular(["l.is_available"], {}, most=POPULAR, at=at, language=language)
    offers = search.offers if search else ()

    def chips(texts: tuple[str, ...]) -> tuple[Chip, ...]:
        return tuple(Chip(text, address(path, Filters(words=text, sort="best"))) for text in texts)

    return Nothing(
        words=chips(parts),
        meant=chips(offers),
        mentions=_mentions(filters, search, path),
        categories=categories(version, language),
        title=_("Most bought"),
        cards=cards(rows, language),
    )


def _mentions(filters: Filters, search: Search | None, path: str) -> str:
    if search is None or not search.mentioned or filters.is_exact:
        return ""
    return address(path, Filters(words=search.mentioned, is_exact=True, sort=BEST))


def instead_of(
    words: str, version: CatalogueVersion, *, is_exact: bool, at: datetime, language: str
) -> tuple[str, Nothing]:
    """Return products that a dead address may have meant, or popular ones if there are none.

    Four statements at most.

    Args:
        is_exact: no typing errors are forgiven, since the address may name no product at all.

    Returns:
        the words that found something, or nothing.
    """
    search = understand(words, language, is_exact=is_exact) if words else None
    rows: tuple[ProductRow, ...] = ()
    if search:
        filters = Filters(words=words, sort="best")
        found = find(filters, at=at, festivals=(), language=language, search=search)
        rows = found.rows[:POPULAR]
    if search is None or not rows:
        return "", nothing(Filters(), None, version, at=at, language=language)
    shown = search.instead or words
    title = _("“%(query)s”") % {"query": shown}
    return shown, Nothing((), categories(version, language), title, cards(rows, language))


def categories(version: CatalogueVersion, language: str) -> tuple[Chip, ...]:
    """Return the tops of the catalogue tree as links."""
    path = reverse("products")
    tops = [branch for branch in version.tree if "/" not in branch[0]][:CATEGORIES]
    return tuple(
        Chip(in_language(names, language) or name, f"{path}?{urlencode({'category': top})}")
        for top, name, names in tops
    )
