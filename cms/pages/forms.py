"""The form in which editors write pages."""

from __future__ import annotations

from typing import Any

from django.urls import Resolver404, resolve
from wagtail.admin.forms import WagtailAdminPageForm

TOP = 2  # the depth of the home page, below which addresses begin
TAKEN = "This is an address of the shop itself: choose another one."


class PageForm(WagtailAdminPageForm):
    """Says at once when an address is taken by the shop."""

    def clean(self) -> dict[str, Any]:
        """Refuse an address at the top that is not a page's to have."""
        cleaned = super().clean()
        parent = self.parent_page
        if parent and parent.depth == TOP and is_taken(cleaned.get("slug") or ""):
            self.add_error("slug", TAKEN)
        return cleaned


def is_taken(slug: str) -> bool:
    """Tell whether an address at the top belongs to the shop and not to a page."""
    try:
        match = resolve(f"/{slug}/")
    except Resolver404:
        return False
    return match.url_name not in ("wagtail_serve", "home")
