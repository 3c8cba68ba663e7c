"""What a page offers in place of what was looked for: other words, categories, popular products."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from shop.languages import in_language, listed
from shop.storefront.cards import Card, cards
from shop.storefront.chips import Chip, address
from shop.storefront.epoch import Epoch
from shop.storefront.filters import Filters
from shop.storefront.finding import find, find_popular
from shop.storefront.searching import Search, understand

POPULAR, CATEGORIES = 5, 8


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about how a search was understood, and the way to have it otherwise."""

    text: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """What there is instead; ``words`` are those of the search, each alone."""

    words: tuple[Chip, ...]
    categories: tuple[Chip, ...]
    title: str
    cards: list[Card]


def notes(filters: Filters, search: Search | None, path: str) -> tuple[Note, ...]:
    """Return how a search was understood, where that is not word by word."""
    if search is None or filters.is_exact or filters.place:
        return ()
    url = address(path, filters.changed(is_exact=True))
    label = _("Only “%(query)s”") % {"query": filters.words}
    if search.instead:
        text = _("Showing results for “%(query)s”.") % {"query": search.instead}
        return (Note(text, url, label),)
    if search.also:
        terms = listed(search.also[:2])
        return (Note(_("Also showing results for %(term)s.") % {"term": terms}, url, label),)
    return ()


def nothing(
    filters: Filters, search: Search | None, epoch: Epoch, *, at: datetime, language: str
) -> Nothing:
    """Return what is offered when a search finds nothing. One statement."""
    path = reverse("products")
    parts = search.parts if search else ()
    rows = find_popular(["l.is_available"], {}, most=POPULAR, at=at, language=language)
    return Nothing(
        words=tuple(Chip(word, address(path, Filters(words=word, sort="best"))) for word in parts),
        categories=categories(epoch, language),
        title=_("Most bought"),
        cards=cards(rows, language),
    )


def instead_of(
    words: str, epoch: Epoch, *, is_exact: bool, at: datetime, language: str
) -> tuple[str, Nothing]:
    """Return what an address that leads nowhere may have meant, and popular products if nothing.

    Two statements at most.

    Args:
        is_exact: no typing errors are forgiven, since the address may name no product at all.

    Returns:
        the words that found something, or nothing.
    """
    search = understand(words, language, is_exact=is_exact) if words else None
    rows = ()
    if search:
        filters = Filters(words=words, sort="best")
        found = find(filters, at=at, festivals=(), language=language, search=search)
        rows = found.rows[:POPULAR]
    if not rows:
        return "", nothing(Filters(), None, epoch, at=at, language=language)
    shown = search.instead or words
    title = _("“%(query)s”") % {"query": shown}
    return shown, Nothing((), categories(epoch, language), title, cards(rows, language))


def categories(epoch: Epoch, language: str) -> tuple[Chip, ...]:
    """Return the tops of the catalogue tree as links."""
    path = reverse("products")
    tops = [branch for branch in epoch.tree if "/" not in branch[0]][:CATEGORIES]
    return tuple(
        Chip(in_language(names, language) or name, f"{path}?{urlencode({'category': top})}")
        for top, name, names in tops
    )
