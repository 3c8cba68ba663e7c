"""Pages as cards in lists of pages, in the language of the visitor as far as there is one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from wagtail.models import Page

from cms.pages.addresses import address
from shop.listings.refreshing import addresses as files

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
    pages: QuerySet, language: str, *, extra: str = "title", with_picture: bool = True
) -> dict[int, PageCard]:
    """Return published pages of the English tree as cards, by id, in the query's order.

    One statement, and one more for their translations.

    Args:
        extra: a field of the pages that the card carries along.
    """
    picture = ["picture__sizes"] if with_picture else []
    columns = ("id", "title", "search_description", "url_path", "translation_key", extra)
    english = pages.live().filter(locale__language_code=settings.LANGUAGE_CODE)
    rows = list(english.values(*columns, *picture)[:MOST])
    known = translations({row["translation_key"] for row in rows}, language)
    found = {}
    for row in rows:
        words = known.get(row["translation_key"], row)
        is_foreign = words is row and language != settings.LANGUAGE_CODE
        found[row["id"]] = PageCard(
            url=address(row["url_path"], language),
            title=words["title"],
            summary=words["search_description"],
            lang=settings.LANGUAGE_CODE if is_foreign else "",
            picture=files(row["picture__sizes"] or {}, "") if with_picture else {},
            extra=row[extra],
        )
    return found


def translations(keys: Collection[Any], language: str) -> dict[Any, dict[str, Any]]:
    """Return what published translations say of themselves. One statement; none in English."""
    if language == settings.LANGUAGE_CODE or not keys:
        return {}
    pages = Page.objects.live().filter(
        translation_key__in=keys, locale__language_code=language, alias_of=None
    )
    rows = pages.values("translation_key", "title", "search_description")
    return {row["translation_key"]: row for row in rows}
