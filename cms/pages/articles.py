"""Pages to read: stories, help, and the lists of each; lessons stand in a file of their own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_noop
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks.body import ARTICLE_BODY
from cms.pages.base import ListPage, ShopPage
from cms.pages.cards import page_cards
from cms.pages.lists import help_cards
from cms.pages.pictures import files_of
from cms.pages.scene import Gathered
from cms.pages.search import find_pages
from shop.core.images.models import Picture


class ArticlePage(ShopPage):
    """A page to read, with a picture at its head."""

    picture = models.ForeignKey(
        "shop.Picture", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    content_panels = [*ShopPage.content_panels, FieldPanel("picture"), FieldPanel("body")]
    search_fields = [*ShopPage.search_fields, index.SearchField("body")]
    subpage_types: list[str] = []

    class Meta:
        abstract = True

    def facts(self, gathered: Gathered, request: HttpRequest) -> dict[str, Any]:
        """Return the picture at the head."""
        return {"picture": files_of(self.picture)}

    def pictures(self) -> list[Picture]:
        """Return the picture at the head beside those of the blocks."""
        return [*super().pictures(), *([self.picture] if self.picture else [])]


class StoryPage(ArticlePage):
    """A story: how a thing is made, and by whom."""

    body = StreamField(ARTICLE_BODY, blank=True)

    template = "cms/pages/article.html"
    above_title = gettext_noop("Stories")
    page_description = "How a thing is made, and by whom."
    parent_page_types = ["cms.StoryIndexPage"]

    class Meta:
        verbose_name = "story"
        verbose_name_plural = "stories"


class HelpPage(ArticlePage):
    """An answer: for shoppers, for sellers or for everyone."""

    class Audience(models.TextChoices):
        SHOPPER = "shopper", "Shoppers"
        SELLER = "seller", "Sellers"
        EVERYONE = "everyone", "Everyone"

    audience = models.CharField(max_length=8, choices=Audience, default=Audience.SHOPPER)
    order = models.PositiveSmallIntegerField(default=1)
    body = StreamField(ARTICLE_BODY, blank=True)

    content_panels = [
        *ShopPage.content_panels,
        FieldPanel("audience"),
        FieldPanel("order"),
        FieldPanel("picture"),
        FieldPanel("body"),
    ]
    template = "cms/pages/article.html"
    above_title = gettext_noop("Help")
    page_description = "An answer to what people ask."
    parent_page_types = ["cms.HelpIndexPage"]

    class Meta:
        verbose_name = "help page"


class StoryIndexPage(ListPage):
    """The list of stories, the newest first."""

    template = "cms/pages/stories.html"
    own_title = gettext_noop("Stories")
    page_description = "The list of all stories."
    subpage_types = ["cms.StoryPage"]

    class Meta:
        verbose_name = "list of stories"

    def facts(self, gathered: Gathered, request: HttpRequest) -> dict[str, Any]:
        """Return the stories as cards."""
        newest = StoryPage.objects.order_by("-first_published_at", "-pk")
        return {"cards": list(page_cards(newest, gathered.scene.language).values())}


class HelpIndexPage(ListPage):
    """The help: answers by whom they are for, and a search through all pages."""

    template = "cms/pages/help.html"
    own_title = gettext_noop("Help")
    page_description = "The help: all answers, and the search through all pages."
    subpage_types = ["cms.HelpPage"]

    class Meta:
        verbose_name = "help"

    def facts(self, gathered: Gathered, request: HttpRequest) -> dict[str, Any]:
        """Return the answers in groups, or the results of a search."""
        language = gathered.scene.language
        filters: Any = getattr(request, "filters", None)
        words = filters and filters.words
        if words:
            return {"words": words, "found": find_pages(words, language)}
        return {"groups": help_cards(HelpPage, language)}
