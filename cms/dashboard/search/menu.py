"""The words that organizers keep for the search, as one entry of the menu."""

from __future__ import annotations

from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup

from cms.dashboard.menu import entry
from cms.dashboard.search.meanings import MeaningViewSet
from cms.dashboard.search.synonyms import SynonymViewSet


class SearchWords(ViewSetGroup):
    """Meanings, synonyms, and searches in vain."""

    menu_label = "Search words"
    menu_icon = "search"
    menu_order = 95
    items = (MeaningViewSet, SynonymViewSet)

    def get_submenu_items(self) -> list[MenuItem]:
        """Return the entries of the lists, and that of the searches in vain."""
        last = entry("Not found", "not-found", "add_meaning", "search", len(self.items) + 1)
        return [*super().get_submenu_items(), last]
