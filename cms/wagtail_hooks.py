"""Registrations only: the screens of organizers in Wagtail's admin."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html_join
from wagtail import hooks
from wagtail.admin import messages
from wagtail.documents.models import Document
from wagtail.models import Page
from wagtail.permissions import register_permission_policy

from cms.choosers import product_chooser, store_chooser
from cms.dashboard import urls
from cms.dashboard.catalogue.categories import CategoryViewSet
from cms.dashboard.catalogue.lists import VIEWSETS
from cms.dashboard.catalogue.terms import TermViewSet
from cms.dashboard.changelog.index import LogViewSet
from cms.dashboard.menu import ENTRIES, WaitingPanel, entry
from cms.dashboard.orders.views import OrderViewSet
from cms.dashboard.search.areas import AREAS, Area
from cms.dashboard.search.menu import SearchWords
from cms.explorer import Pages
from cms.files import DOCUMENTS, PICTURES
from cms.pages.base import ShopPage
from cms.pages.translations import outdated
from shop.core import clock
from shop.core.images.models import Picture
from shop.festivals.prices.spans import mark_change

# In place of Wagtail's own, which it may register after these are read.
register_permission_policy(Picture, PICTURES, exact_class=True)
register_permission_policy(Document, DOCUMENTS, exact_class=True)

CHANGED = (
    "The English page has changed since this translation was saved. Bring the translation up to "
    "date and save it."
)
SHEETS = ("desk", "desk-board", "desk-calendar", "desk-changes", "desk-figures")

for facts in ENTRIES:
    hooks.register("register_admin_menu_item", partial(entry, *facts))
for searched in AREAS:
    hooks.register("register_admin_search_area", partial(Area, *searched))


@hooks.register("register_admin_urls")
def desk_urls() -> list[Any]:
    """Add the desk's own screens."""
    return [path("", include(urls, namespace="desk"))]


@hooks.register("register_admin_viewset")
def lists() -> list[Any]:
    """Add the lists of the shop's rows, and the choosers of editors."""
    own = [*VIEWSETS, OrderViewSet(), LogViewSet(), CategoryViewSet(), TermViewSet()]
    own += [SearchWords(), Pages()]  # Wagtail registers its own viewset of pages before
    return [*own, product_chooser, store_chooser]


@hooks.register("after_move_page")
def moved(request: HttpRequest, page: Page) -> None:
    """Make the kept copies of a moved page stale; Wagtail moves it without its own class."""
    mark_change("page moved", at=clock.moment_of(request))


@hooks.register("after_bulk_action")
def moved_together(request: HttpRequest, action: str, rows: object, view: object) -> None:
    """Make the kept copies of pages that were moved together stale."""
    if action == "move":
        mark_change("pages moved", at=clock.moment_of(request))


@hooks.register("before_edit_page")
def changed(request: HttpRequest, page: Page) -> None:
    """Say above a translation that its English page has changed since it was written."""
    source = page.source if isinstance(page, ShopPage) and request.method == "GET" else None
    if source is not None and outdated([page]):
        where = reverse("wagtailadmin_pages:edit", args=[source.pk])
        messages.warning(request, CHANGED, buttons=[messages.button(where, "English page")])


@hooks.register("insert_global_admin_css")
def desk_style() -> str:
    """Add the desk's own style."""
    sheets = [(static(f"css/{name}.css"),) for name in SHEETS]
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', sheets)


@hooks.register("construct_homepage_panels")
def waiting(request: object, panels: list[Any]) -> None:
    """Put the panel of waiting tasks on the first screen."""
    panels.insert(0, WaitingPanel())
