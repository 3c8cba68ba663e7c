"""Pages of festivals: organizers write them, the shop fills in the deals."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_noop
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks.body import SHOP_BODY
from cms.pages.base import ListPage, PageForm, ShopPage
from cms.pages.lists import festival_cards, known
from cms.pages.scene import Gathered
from shop.festivals.models import Festival
from shop.reports.models import PublicResult
from shop.storefront.cache.catalogue_version import CatalogueVersion, KnownFestival


class FestivalIndexPage(ListPage):
    """The list of festivals: those that run, those to come, those that are over."""

    template = "cms/pages/festivals.html"
    own_title = gettext_noop("Festivals")
    page_description = "The list of all festivals that have a page."
    subpage_types = ["cms.FestivalPage"]

    class Meta:
        verbose_name = "list of festivals"

    def facts(self, gathered: Gathered, request: HttpRequest) -> dict[str, Any]:
        """Return the festivals as cards."""
        scene = gathered.scene
        return {"cards": festival_cards(FestivalPage, at=scene.at, language=scene.language)}


class FestivalPageForm(PageForm):
    """Asks for the festival in English alone."""

    of_source = ("festival",)


class FestivalPage(ShopPage):
    """The public face of one festival. A translation is about its English page's festival."""

    festival = models.OneToOneField(
        Festival, models.PROTECT, null=True, blank=True, related_name="page"
    )
    body = StreamField(SHOP_BODY, blank=True)

    base_form_class = FestivalPageForm
    content_panels = [*ShopPage.content_panels, FieldPanel("festival"), FieldPanel("body")]
    search_fields = [*ShopPage.search_fields, index.SearchField("body")]
    template = "cms/pages/festival.html"
    above_title = gettext_noop("Festivals")
    is_of_one_festival = True
    page_description = "The page of one festival. Its phase follows the festival's own times."
    parent_page_types = ["cms.FestivalIndexPage"]
    subpage_types: list[str] = []
    exclude_fields_in_copy = ["festival"]  # a festival has one page

    class Meta:
        verbose_name = "festival page"

    def clean(self) -> None:
        """Ask for the festival, where it does not come from the English page."""
        super().clean()
        if self.festival is None and self.source is None and self.live:
            raise ValidationError({"festival": "Choose the festival that the page is about."})

    def own_festival(self) -> Festival | None:
        """Return the festival, of a translation that of its English page."""
        if self.festival_id or not self.pk:
            return self.festival
        pages = FestivalPage.objects.filter(
            translation_key=self.translation_key, festival__isnull=False
        )
        source = pages.select_related("festival").first()
        return source.festival if source else None

    def festival_at(self, version: CatalogueVersion) -> KnownFestival | None:
        """Return the page's own festival, be there others that run."""
        row = self.own_festival()
        return known(row) if row else None

    def facts(self, gathered: Gathered, request: HttpRequest) -> dict[str, Any]:
        """Return the way to the festival's result, if it is over and one is shown."""
        row = self.own_festival()
        is_over = row is not None and row.ends_at <= gathered.scene.at
        return {"result_link": result_link(row) if row and is_over else ""}

    def get_url_parts(self, *args: Any, **kwargs: Any) -> tuple[Any, ...] | None:
        """Return no address while nobody is shown the page, so that the editor leads to none."""
        return super().get_url_parts(*args, **kwargs) if self.is_public() else None

    def is_public(self) -> bool:
        """Hide the page of a festival that is not announced, or was called off."""
        row = self.own_festival()
        return row is not None and row.state in Festival.SHOWN


def result_link(festival: Festival) -> str:
    """Return the address of a festival's public result, empty where none is shown."""
    shown = PublicResult.objects.filter(festival=festival, is_shown=True)
    return reverse("festival-result", args=[festival.slug]) if shown.exists() else ""
