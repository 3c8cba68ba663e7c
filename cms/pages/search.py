"""Searches pages: title, summary and words, in the visitor's language and in English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import QueryDict
from wagtail.models import Locale, Page, PageViewRestriction

from cms.pages.addresses import address
from shop.festivals.models import Festival
from shop.storefront.search.filters import Filters, KnownFilters, read_filters

MOST = 30


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page that a search found."""

    url: str
    title: str
    summary: str
    lang: str


def read_words(data: QueryDict, known: KnownFilters) -> Filters:
    """Return the filters in a page's address: the words that the help is searched for."""
    return Filters(words=read_filters(data, known).words)


def find_pages(words: str, language: str) -> list[FoundPage]:
    """Return the pages that hold the words, the best first; a translation before its original."""
    # What cannot be shown here takes nobody's place among the first.
    shown = Locale.objects.filter(language_code__in={language, settings.LANGUAGE_CODE})
    pages = Page.objects.live().filter(depth__gt=2, locale__in=list(shown)).select_related("locale")
    rows = list(pages.search(words)[: 3 * MOST])
    hidden, english = _hidden(), _english(row.translation_key for row in rows)
    found: dict[object, tuple[bool, FoundPage]] = {}
    for row in rows:
        own = row.locale.language_code
        is_own = own == language
        # The English page gives the address: without it there is none, whatever is translated.
        if row.alias_of_id or row.translation_key in hidden or row.translation_key not in english:
            continue
        kept = found.get(row.translation_key)
        if kept is None or (is_own and not kept[0]):
            page = FoundPage(
                url=address(english[row.translation_key], language),
                title=row.title,
                summary=row.search_description,
                lang="" if is_own else own,
            )
            found[row.translation_key] = (is_own, page)
    return [page for _is_own, page in found.values()][:MOST]


def _english(keys: Iterable[object]) -> dict[object, str]:
    """Return the path of each published English page, by the key of its translations."""
    pages = Page.objects.live().filter(
        translation_key__in=set(keys), locale__language_code=settings.LANGUAGE_CODE
    )
    return dict(pages.values_list("translation_key", "url_path"))


def unannounced() -> QuerySet[Page]:
    """Return the pages of festivals that are not public: not yet, or called off."""
    pages = apps.get_model("cms", "FestivalPage").objects.filter(festival__isnull=False)
    return pages.exclude(festival__state__in=Festival.SHOWN)


def _hidden() -> set[object]:
    """Return the keys of pages of festivals that are not public, and of restricted pages."""
    restricted = Q()
    for path in PageViewRestriction.objects.values_list("page__path", flat=True):
        restricted |= Q(path__startswith=path)
    keys = set(unannounced().values_list("translation_key", flat=True))
    if restricted:
        keys |= set(Page.objects.filter(restricted).values_list("translation_key", flat=True))
    return keys
