"""Wagtail's lists of pages, which also mark the translations that are out of date."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.forms import RadioSelect
from django_filters.filters import ChoiceFilter
from wagtail.admin.ui.tables import pages as tables
from wagtail.admin.views.pages import listing, search, usage
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page
from wagtail.query import PageQuerySet

from cms.pages.translations import outdated


class PageTable(tables.PageTable):
    """A table of pages that knows which of its rows are out of date."""

    @cached_property
    def outdated(self) -> set[int]:
        """Return the numbers of the translations whose English page has changed since."""
        return {page.pk for page in outdated(self.data)}


class StatusColumn(tables.PageStatusColumn):
    """The state of a page; below it whether it is a translation that is out of date."""

    cell_template_name = "cms/dashboard/parts/page_status.html"

    def get_cell_context_data(self, instance: Page, parent_context: dict[str, Any]) -> Any:
        """Return what the cell shows."""
        context = super().get_cell_context_data(instance, parent_context)
        is_outdated = instance.pk in parent_context["table"].outdated
        return context | {"is_outdated": is_outdated}


class OutdatedFilter(ChoiceFilter):
    """Finds the translations that are out of date, or all other pages."""

    def filter(self, qs: PageQuerySet, value: str) -> PageQuerySet:
        """Return the pages of the choice."""
        if value != "old":
            return qs
        return qs.filter(
            pk__in=[page.pk for page in outdated(qs.specific().select_related("locale"))]
        )


class PageFilterSet(listing.GenericPageFilterSet):
    """Wagtail's filters of pages, and one for translations."""

    translation = OutdatedFilter(
        label="Translation", empty_label="Any", choices=[("old", "Out of date")],
        widget=RadioSelect,
    )  # fmt: skip


def _columns(columns: list[Any]) -> list[Any]:
    """Return columns with another one for the state."""
    own = StatusColumn("status", label="Status", sort_key="live", width="12%")
    return [own if isinstance(row, tables.PageStatusColumn) else row for row in columns]


class Explorer(listing.ExplorableIndexView):
    """The pages below a page."""

    table_class = PageTable
    base_columns = _columns(listing.ExplorableIndexView.base_columns)


class Usage(usage.ContentTypeUseView):
    """The pages of a kind."""

    table_class = PageTable


class PageSearch(search.SearchView):
    """The pages that a search finds."""

    table_class = PageTable
    columns = _columns(search.SearchView.columns)


class Pages(PageViewSet):
    """The screens of pages, in place of Wagtail's own."""

    model = Page
    index_view_class = Explorer
    content_type_use_view_class = Usage
    search_view_class = PageSearch
    filterset_class = PageFilterSet
