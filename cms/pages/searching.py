"""Searches pages: title, summary and words, in the visitor's language and in English."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import QueryDict
from wagtail.models import Page

from cms.pages.addresses import address
from shop.storefront.filters import Filters, Known, read_filters

MOST = 30


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page that a search found."""

    url: str
    title: str
    summary: str
    lang: str


def read_words(data: QueryDict, known: Known) -> Filters:
    """Return what a page takes from its address: the words that the help is searched for."""
    return Filters(words=read_filters(data, known).words)


def find_pages(words: str, language: str) -> list[FoundPage]:
    """Return the pages that hold the words, the best first; a translation before its original."""
    languages = {language, settings.LANGUAGE_CODE}
    pages = Page.objects.live().filter(locale__language_code__in=languages, depth__gt=2)
    pages = pages.exclude(festivalpage__festival__state__in=("draft", "cancelled"))
    rows = pages.filter(alias_of=None).select_related("locale").search(words)[: 2 * MOST]
    found: dict[object, tuple[bool, FoundPage]] = {}
    for row in rows:
        own = row.locale.language_code
        is_own = own == language
        kept = found.get(row.translation_key)
        if kept is None or (is_own and not kept[0]):
            page = FoundPage(
                url=address(row.url_path, language),
                title=row.title,
                summary=row.search_description,
                lang="" if is_own else own,
            )
            found[row.translation_key] = (is_own, page)
    return [page for _is_own, page in found.values()][:MOST]
