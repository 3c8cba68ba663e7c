"""Finds the page of an address: along the English tree, then its words in another language."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Exists, Expression, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Concat, StrIndex
from wagtail.models import Page, PageViewRestriction, Site

from cms.pages.base import ShopPage
from shop.core.statements.composed import ID, TEXT, composed


def locate(path: str, language: str) -> ShopPage | None:
    """Return the published page of an address, in the language if there is a translation.

    Args:
        path: of slugs, without the language: ``stories/six-days/``; empty for the home page.

    Whatever was made private, itself or above it, is not found: what is found is shared.
    """
    slug = path.rstrip("/").rpartition("/")[2]
    rows = pages_at(bool(path), path=path, slug=slug, language=language)
    for pk, translated, app, name in rows:
        return pages_of(name, pk=translated or pk)[0] if app == "cms" else None
    return None


@composed(path=TEXT, slug=TEXT, language=TEXT)
def pages_at(
    has_slug: bool, *, path: Expression, slug: Expression, language: Expression
) -> QuerySet[Page]:
    """Return the page of an address: its id, that of its translation, and its content type."""
    site = Site.objects.filter(is_default_site=True)
    root = Subquery(site.values("root_page__url_path")[:1])
    pages = public().filter(url_path=Concat(root, path))
    if has_slug:
        pages = pages.filter(slug=slug)  # the index is on slugs
    translated = public().filter(
        translation_key=OuterRef("translation_key"),
        locale__language_code=language,
        alias_of=None,
    )
    return (
        pages.annotate(translated=Subquery(translated.values("pk")[:1]))
        .order_by("pk")
        .values_list("pk", "translated", "content_type__app_label", "content_type__model")[:1]
    )


def public() -> QuerySet[Page]:
    """Return the pages that are published and not restricted, by themselves or by one above."""
    place = StrIndex(OuterRef("path"), F("page__path"))
    restricted = PageViewRestriction.objects.annotate(place=place).filter(place=1)
    return Page.objects.live().filter(~Exists(restricted))


@composed(pk=ID)
def pages_of(name: str, *, pk: Expression) -> QuerySet[ShopPage]:
    """Return a page of a kind with its related rows."""
    model = apps.get_model("cms", name)
    related = [field for field in ("festival", "picture") if hasattr(model, field)]
    return model.objects.select_related("locale", *related).filter(pk=pk)
