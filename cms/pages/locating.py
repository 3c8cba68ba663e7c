"""Finds the page of an address: along the English tree, then its words in another language."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat, StrIndex
from wagtail.models import Page, PageViewRestriction, Site

from cms.pages.base import ShopPage


def locate(path: str, language: str) -> ShopPage | None:
    """Return the published page of an address, in the language if there is a translation.

    Args:
        path: of slugs, without the language: ``stories/six-days/``; empty for the home page.

    Whatever was made private, itself or above it, is not found: what is found is shared.
    """
    site = Site.objects.filter(is_default_site=True)
    root = Subquery(site.values("root_page__url_path")[:1])
    pages = public().filter(url_path=Concat(root, Value(path)))
    if path:
        pages = pages.filter(slug=path.rstrip("/").rpartition("/")[2])  # the index is on slugs
    translated = public().filter(
        translation_key=OuterRef("translation_key"),
        locale__language_code=language,
        alias_of=None,
    )
    found = pages.annotate(translated=Subquery(translated.values("pk")[:1]))
    row = found.values_list("pk", "translated", "content_type__app_label", "content_type__model")
    pk, translated_pk, app, name = row.first() or (None, None, "", "")
    return _read(name, translated_pk or pk) if app == "cms" else None


def public() -> QuerySet[Page]:
    """Return what is published and not restricted, by itself or by a page above it."""
    place = StrIndex(OuterRef("path"), F("page__path"))
    restricted = PageViewRestriction.objects.annotate(place=place).filter(place=1)
    return Page.objects.live().filter(~Exists(restricted))


def _read(name: str, pk: int) -> ShopPage:
    model = apps.get_model("cms", name)
    related = [field for field in ("festival", "picture") if hasattr(model, field)]
    return model.objects.select_related("locale", *related).get(pk=pk)
