"""The home page: the running festival, the deals of this hour, the stores that take part."""

from __future__ import annotations

from typing import Any

from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks.body import SHOP_BODY
from cms.pages.base import ShopPage

# The drawn home: what stands there until somebody changes it.
DRAWN: list[tuple[str, dict[str, Any]]] = [
    ("hero", {}),
    ("slots", {"words": "flash"}),
    ("stores", {}),
    ("collections", {}),
    ("deals", {"in_festival": False, "count": 10}),
    ("stories", {"count": 3}),
    ("how", {}),
]


def drawn_home() -> list[tuple[str, dict[str, Any]]]:
    """Return the blocks of a home page that nobody has changed."""
    return DRAWN


class HomePage(ShopPage):
    """The first page of the shop; it is about the festival that runs, or the next one."""

    body = StreamField(SHOP_BODY, blank=True, default=drawn_home)

    content_panels = [*ShopPage.content_panels, FieldPanel("body")]
    search_fields = [*ShopPage.search_fields, index.SearchField("body")]
    template = "cms/pages/home.html"
    page_description = "The first page of the shop, at /. It follows the festival that runs."
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "cms.FestivalIndexPage",
        "cms.StoryIndexPage",
        "cms.LessonIndexPage",
        "cms.HelpIndexPage",
        "cms.SellPage",
    ]

    class Meta:
        verbose_name = "home page"
