"""Pages as cards in lists of pages, in the language of the visitor as far as there is one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from wagtail.models import Page

from cms.pages.addresses import address
from shop.storefront.listings.refresh import addresses as files

MOST = 200  # pages in one list


@dataclass(frozen=True, slots=True)
class PageCard:
    """A page in a list; ``lang`` is the language of its words where that is not the page's."""

    url: str
    title: str
    summary: str
    lang: str
    picture: dict[str, str]
    extra: Any = None


def page_cards(
    pages: Any, language: str, *, extra: str = "title", with_picture: bool = True
) -> dict[int, PageCard]:
    """Return published pages of the English tree as cards, by id, in the query's order.

    One statement, and one more for their translations.

    Args:
        extra: a field of the pages that the card carries along.
    """
    return cards_of(rows_of(pages, extra=extra, with_picture=with_picture), language)


def rows_of(pages: Any, *, extra: str = "title", with_picture: bool = True) -> QuerySet[Any]:
    """Return the columns of cards for published pages of the English tree."""
    columns = ["id", "translation_key", "title", "search_description", "url_path", extra]
    picture = ["picture__sizes"] if with_picture else []
    english = pages.live().filter(locale__language_code=settings.LANGUAGE_CODE)
    return english.values_list(*columns, *picture)[:MOST]


def cards_of(rows: Iterable[Sequence[Any]], language: str) -> dict[int, PageCard]:
    """Return the cards of the rows that ``rows_of`` found. One statement for translations."""
    rows = list(rows)
    known = translations({key for _pk, key, *_ in rows}, language)
    found = {}
    for pk, key, title, summary, url_path, extra, *sizes in rows:
        words = known.get(key)
        is_foreign = words is None and language != settings.LANGUAGE_CODE
        found[pk] = PageCard(
            url=address(url_path, language),
            title=words["title"] if words else title,
            summary=words["search_description"] if words else summary,
            lang=settings.LANGUAGE_CODE if is_foreign else "",
            picture=files(sizes[0] or {}, "") if sizes else {},
            extra=extra,
        )
    return found


def translations(keys: Collection[Any], language: str) -> dict[Any, dict[str, Any]]:
    """Return titles and descriptions of published translations. One statement; none in English."""
    if language == settings.LANGUAGE_CODE or not keys:
        return {}
    pages = Page.objects.live().filter(
        translation_key__in=keys, locale__language_code=language, alias_of=None
    )
    rows = pages.values("translation_key", "title", "search_description")
    return {row["translation_key"]: row for row in rows}
